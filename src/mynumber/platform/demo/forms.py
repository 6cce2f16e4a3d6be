"""Forms of a page, filled in and sent as a browser does (HTML, "constructing the entry list")."""

from collections.abc import Collection
from dataclasses import dataclass

from mynumber.platform.demo.markup import Element, NotOnThePage

_PLAIN = frozenset({"text", "password", "hidden", "date", "search", "number", "email", "textarea"})


@dataclass(slots=True)
class Control:
    """One input, one option of a select, or one box to tick."""

    name: str
    kind: str
    value: str
    chosen: bool
    disabled: bool


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it stands on the page. Filling it changes it; what a person could not enter is refused."""

    action: str
    method: str
    controls: list[Control]
    buttons: tuple[Element, ...]

    def fill(self, name: str, value: str) -> None:
        """Type into a field, or choose from a list. Raises NotOnThePage when there is no such field or choice."""
        own = [control for control in self.controls if control.name == name and not control.disabled]
        for control in own:
            if control.kind in _PLAIN:
                control.value = value
                return
        if value not in {control.value for control in own}:
            raise NotOnThePage(f"choice {value!r} of {name!r}")
        for control in own:
            control.chosen = control.value == value

    def tick(self, name: str, values: Collection[str]) -> None:
        """Tick exactly these boxes of a name. Raises NotOnThePage when one is not offered."""
        missing = set(values) - set(self.offered(name))
        if missing:
            raise NotOnThePage(f"boxes {sorted(missing)} of {name!r}")
        for control in self.controls:
            if control.name == name:
                control.chosen = control.value in values

    def offered(self, name: str) -> list[str]:
        """The values that can be chosen for a name."""
        return [control.value for control in self.controls if control.name == name and not control.disabled]

    def entries(self, button: str) -> list[tuple[str, str]]:
        """What is sent when the button with these words is pressed. Raises NotOnThePage without such a button."""
        pressed = next((one for one in self.buttons if one.text.startswith(button)), None)
        if pressed is None:
            raise NotOnThePage(f"button {button!r}")
        sent = [
            (control.name, control.value)
            for control in self.controls
            if control.name and control.chosen and not control.disabled
        ]
        if pressed.attributes.get("name"):
            sent.append((pressed.attributes["name"], pressed.attributes.get("value", "")))
        return sent


def form_with(page: Element, button: str) -> Form:
    """The form that has a button with these words. Raises NotOnThePage."""
    for element in page.all("form"):
        form = _form(element)
        if any(one.text.startswith(button) for one in form.buttons):
            return form
    raise NotOnThePage(f"button {button!r}")


def _form(element: Element) -> Form:
    controls: list[Control] = []
    for one in element.all("input", "textarea", "select"):
        if one.tag == "select":
            controls += _options(one)
        else:
            controls.append(_control(one))
    buttons = tuple(one for one in element.all("button") if one.attributes.get("type", "submit") == "submit")
    method = element.attributes.get("method", "get").lower()
    return Form(element.attributes.get("action", ""), method, controls, buttons)


def _control(element: Element) -> Control:
    attributes = element.attributes
    kind = attributes.get("type", "text").lower() if element.tag == "input" else "textarea"
    ticked = kind in ("checkbox", "radio")
    value = attributes.get("value", "on" if ticked else "") if element.tag == "input" else element.text
    return Control(
        attributes.get("name", ""),
        kind,
        value,
        not ticked or "checked" in attributes,
        "disabled" in attributes,
    )


def _options(element: Element) -> list[Control]:
    name, closed = element.attributes.get("name", ""), "disabled" in element.attributes
    options = [
        Control(
            name,
            "option",
            one.attributes.get("value", one.text),
            "selected" in one.attributes,
            closed or "disabled" in one.attributes,
        )
        for one in element.all("option")
    ]
    if options and not any(one.chosen for one in options):
        options[0].chosen = True
    return options
