"""What a delivered document says for a form: the fields that take it, and nothing that does not fit them."""

from datetime import date

from mynumber.foundation.procedures.definition import Delivery, How
from mynumber.foundation.procedures.delivered import kinds_for, takes, values
from mynumber.foundation.procedures.loading import catalogue

TODAY = date(2026, 11, 22)
FORM = catalogue().get("pregnancy_notification", TODAY)


def test_a_clinics_note_fills_what_the_clinic_knows() -> None:
    said = {
        "due_date": "令和9年6月20日",
        "unborn": "２",
        "clinic": "ひだまり架空クリニック",
        "diagnosed_on": "2026-11-16",
        "phone": "03-0000-0000",
    }
    assert values(FORM, "clinic_note", said, today=TODAY) == {
        "due_date": "2027-06-20",
        "unborn": 2,
        "clinic": "ひだまり架空クリニック",
        "diagnosed_on": "2026-11-16",
    }


def test_what_does_not_fit_a_field_is_asked() -> None:
    said = {"due_date": "2031-01-01", "unborn": "many", "clinic": "", "diagnosed_on": "2027-01-01"}
    assert values(FORM, "clinic_note", said, today=TODAY) == {}
    assert values(FORM, "doctor_opinion", {"due_date": "2027-06-20"}, today=TODAY) == {}


def test_a_document_takes_its_own_kind_and_what_replaces_it() -> None:
    (note,) = (each for each in FORM.document if each.id == "clinic_note")
    assert kinds_for(note) == {"clinic_note"}
    nursery = catalogue().get("nursery_application", TODAY)
    kinds = {kind for each in nursery.document for kind in kinds_for(each)}
    assert "employment_certificate" in kinds


def test_every_locked_field_from_a_document_has_a_document_of_the_form() -> None:
    """Else nothing could ever fill it (employment certificates come by their own road, inside groups)."""
    for procedure in catalogue().on(TODAY):
        kinds = {kind for each in procedure.document for kind in kinds_for(each)}
        for field in procedure.field:
            if field.how is How.PREFILLED_LOCKED and isinstance(field.source, Delivery):
                assert field.source.document in kinds, (procedure.id, field.id)
                assert field in takes(procedure, field.source.document)
