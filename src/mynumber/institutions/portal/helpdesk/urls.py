"""Routes of help, of the portal's own staff, and of devices that many use."""

from django.urls import include, path

from mynumber.institutions.portal.account import self_views
from mynumber.institutions.portal.helpdesk import staff_views, views

urlpatterns = [
    path("kiosk", self_views.kiosk_page, name="kiosk"),
    path("kiosk/card-removed/<str:request_id>", self_views.card_removed, name="kiosk-card-removed"),
    path("help/", views.help_page, name="help"),
    path("help/feedback", views.give_feedback, name="feedback"),
    path("help/you-said", views.you_said, name="you-said"),
    path("help/inquiries/", views.inquiry_list, name="inquiries"),
    path("help/inquiries/new", views.new_inquiry, name="inquiry-new"),
    path("help/inquiries/<uuid:inquiry_id>", views.inquiry, name="inquiry"),
    path("help/inquiries/<uuid:inquiry_id>/close", views.close_inquiry, name="inquiry-close"),
    path("help/support", views.support, name="support"),
    path("help/support/begin", views.begin_support, name="support-begin"),
    path("help/support/end", views.end_support, name="support-end"),
    path("staff/", include("mynumber.webkit.staff.urls")),
    path("staff/", staff_views.desk, name="staff-desk"),
    path("staff/support", staff_views.join, name="staff-join"),
    path("staff/support/<uuid:support_id>", staff_views.see, name="staff-support"),
    path("staff/support/<uuid:support_id>/leave", staff_views.leave, name="staff-leave"),
    path("staff/feedback", staff_views.board, name="staff-feedback"),
    path("staff/feedback/<uuid:feedback_id>", staff_views.triage, name="staff-triage"),
    path("staff/questions", staff_views.question_list, name="staff-questions"),
    path("staff/questions/new", staff_views.question, name="staff-question-new"),
    path("staff/questions/<int:question_id>", staff_views.question, name="staff-question"),
    path("staff/inquiries", staff_views.inquiry_list, name="staff-inquiries"),
    path("staff/inquiries/<uuid:inquiry_id>", staff_views.inquiry, name="staff-inquiry"),
    path("staff/inquiries/<uuid:inquiry_id>/take", staff_views.take_inquiry, name="staff-take-inquiry"),
]
