"""`mynumber run courier load_customers`: make customers from lines "number TAB name TAB password" on standard input; those that exist stay."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mynumber.institutions.courier.customers.models import Customer


class Command(BaseCommand):
    """The command."""

    help = "Make customers; a password never stands on a command line."

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError for a line that is none."""
        made = 0
        for line in sys.stdin.read().splitlines():
            number, name, password = (*line.split("\t"), "", "", "")[:3]
            if not (number and name and password):
                raise CommandError("a line is: number, name and password with tabs between")
            if Customer.objects.filter(number=number).exists():
                continue
            customer = Customer(number=number, name=name)
            customer.set_password(password)
            customer.save()
            made += 1
        self.stdout.write(f"made {made} customers")
