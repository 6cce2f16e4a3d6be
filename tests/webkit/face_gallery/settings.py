"""The gallery's settings: those of any institution, without a database. `MYNUMBER_INSTITUTION` chooses the house shown."""

import os

from mynumber.webkit.settings import institution_settings

globals().update(
    institution_settings(
        os.environ.get("MYNUMBER_INSTITUTION", "municipality"),
        apps=[],
        urlconf="tests.webkit.face_gallery.urls",
        database=False,
        middleware=["mynumber.webkit.face.language.LanguageMiddleware"],
    )
)
