"""A procedure as an official looks at it: as text for the terminal, and as one page of HTML."""

from collections.abc import Iterator
from html import escape
from typing import Final

from mynumber.foundation.procedures.deciding import source_words
from mynumber.foundation.procedures.definition import Field, FieldType, How, Procedure
from mynumber.foundation.procedures.once_only import score
from mynumber.foundation.procedures.words import Words

HOW_WORDS: Final = {
    How.ASK: "聞く",
    How.PREFILLED_EDITABLE: "入力済み・直せる",
    How.PREFILLED_LOCKED: "入力済み",
    How.DERIVED: "計算",
    How.NEVER_ASKED: "聞かない",
}
_ABOUT: Final = (("who", "対象"), ("due", "いつまでに"), ("need", "必要なもの"), ("then", "そのあと"))
_PARTS: Final = {
    FieldType.BANK_ACCOUNT: ("金融機関", "支店", "種類", "口座番号", "名義"),
    FieldType.ADDRESS: ("郵便番号", "市区町村", "町名", "番地など"),
}


def text(procedure: Procedure, language: str = "ja") -> str:
    """The whole procedure as plain text in "ja", "easy" or "en"; source classes and reasons in Japanese."""
    return "\n".join(_lines(procedure, language)) + "\n"


def _lines(procedure: Procedure, language: str) -> Iterator[str]:
    def said(words: Words) -> str:
        return words.in_language(language)

    yield f"{said(procedure.title)}（{procedure.id} {procedure.version}）"
    yield said(procedure.summary)
    for name, label in _ABOUT:
        yield f"  {label}: {said(getattr(procedure, name))}"
    yield f"  根拠: {'、'.join(clause.text for clause in procedure.basis)}"
    yield f"  担当: {said(procedure.competent.office)}"
    for title, fields in by_section(procedure):
        yield ""
        yield f"■ {said(title) if title else '聞かない情報'}"
        for field in fields:
            yield from _field_lines(field, language, "  ")
    if procedure.document:
        yield ""
        yield "■ 書類"
        for document in procedure.document:
            instead = (
                "省略できる"
                if document.replaced_by
                else f"必要（{document.reason.ja if document.reason else ''}）"
            )
            yield f"  {said(document.label)}: {instead}"
    found = score(procedure)
    yield ""
    yield f"聞く {found.asked}・入力済み {found.prefilled}・計算 {found.derived}・聞かない {found.never_asked}（分かっている割合 {found.percent}%）"


def _field_lines(field: Field, language: str, indent: str) -> Iterator[str]:
    need = "" if field.required else "（任意）"
    when = f"［{field.when} のとき］" if field.when else ""
    where = f"{HOW_WORDS[field.how]}・{source_words(field.source)}"
    yield f"{indent}{field.label.in_language(language)}{need}{when} … {where}"
    if field.choices:
        yield f"{indent}  {'／'.join(choice.label.in_language(language) for choice in field.choices)}"
    for each in field.field:
        yield from _field_lines(each, language, indent + "    ")


def by_section(procedure: Procedure) -> Iterator[tuple[Words | None, tuple[Field, ...]]]:
    """The fields by section in the order of the pages; last, with no title, those never asked."""
    for section in procedure.section:
        yield (
            section.title,
            tuple(
                field
                for field in procedure.field
                if field.section == section.id and field.how is not How.NEVER_ASKED
            ),
        )
    hidden = tuple(field for field in procedure.field if field.how is How.NEVER_ASKED)
    if hidden:
        yield None, hidden


def html(procedure: Procedure, language: str = "ja") -> str:
    """One page of HTML without script or style: headings, the form with every field, and the documents."""
    return "\n".join(_page(procedure, language)) + "\n"


def _page(procedure: Procedure, language: str) -> Iterator[str]:
    def said(words: Words) -> str:
        return escape(words.in_language(language))

    tongue = "en" if language == "en" else "ja"
    title = said(procedure.title)
    yield f'<!doctype html><html lang="{tongue}"><head><meta charset="utf-8"><title>{title}</title></head><body>'
    yield f"<p><strong>下見（公開されません）</strong> {escape(procedure.id)} {escape(procedure.version)}</p>"
    yield f"<h1>{title}</h1><p>{said(procedure.summary)}</p><dl>"
    for name, label in _ABOUT:
        yield f"<dt>{label}</dt><dd>{said(getattr(procedure, name))}</dd>"
    yield "</dl><form>"
    for heading, fields in by_section(procedure):
        if heading is None:
            continue
        yield f"<fieldset><legend>{said(heading)}</legend>"
        for field in fields:
            yield from _control(field, language, field.id)
        yield "</fieldset>"
    yield "</form><ul>"
    for document in procedure.document:
        instead = "省略できます" if document.replaced_by else said(document.reason) if document.reason else ""
        yield f"<li>{said(document.label)} <small>{instead}</small></li>"
    yield "</ul></body></html>"


def _control(field: Field, language: str, path: str) -> Iterator[str]:
    label = escape(field.label.in_language(language))
    need = "<small>※必須</small>" if field.required else "<small>任意</small>"
    note = f"<small>{HOW_WORDS[field.how]}・{escape(source_words(field.source))}</small>"
    when = f" <small>［{escape(field.when)}］</small>" if field.when else ""
    if field.type is FieldType.GROUP:
        yield f"<fieldset><legend>{label} {need} {note}{when}</legend>"
        for each in field.field:
            yield from _control(each, language, f"{path}.0.{each.id}")
        yield "</fieldset>"
        return
    help_text = f"<br><small>{escape(field.help.in_language(language))}</small>" if field.help else ""
    head = f"{label} {need} {note}{when}{help_text}"
    if field.type in (FieldType.YES_NO, FieldType.CHOICE, FieldType.CHOICES):
        kind = "checkbox" if field.type is FieldType.CHOICES else "radio"
        yield f"<fieldset><legend>{head}</legend>"
        options = (
            [("yes", "はい"), ("no", "いいえ")]
            if field.type is FieldType.YES_NO
            else [(choice.value, choice.label.in_language(language)) for choice in field.choices]
        )
        for value, words in options:
            yield f'<label><input type="{kind}" name="{escape(path)}" value="{escape(value)}">{escape(words)}</label>'
        yield "</fieldset>"
    elif field.type in _PARTS:
        yield f"<fieldset><legend>{head}</legend>"
        for part in _PARTS[field.type]:
            yield f"<p><label>{part}<br><input></label></p>"
        yield "</fieldset>"
    else:
        locked = " readonly" if field.how in (How.PREFILLED_LOCKED, How.DERIVED) else ""
        kind = "checkbox" if field.type is FieldType.CONFIRM else "text"
        yield f'<p><label>{head}<br><input type="{kind}" name="{escape(path)}"{locked}></label></p>'
