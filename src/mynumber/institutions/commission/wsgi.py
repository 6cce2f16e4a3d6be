"""The pages of the commission; its witness is served by :mod:`.api`, its monitor by :mod:`.monitoring`."""

from mynumber.webkit.wsgi import institution_application

application = institution_application("commission")
