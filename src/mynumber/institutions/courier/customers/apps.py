from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """Customers and their sign-in."""

    name = "mynumber.institutions.courier.customers"
    label = "courier_customers"
    verbose_name = "お客さま"
