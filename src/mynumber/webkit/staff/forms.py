"""The sign-in form."""

from django import forms


class SignInForm(forms.Form):
    """User name and password; what is wrong is said once, for both together."""

    username = forms.CharField(
        label="利用者名",
        max_length=50,
        strip=True,
        error_messages={"required": "利用者名を入力してください。"},
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label="パスワード",
        max_length=200,
        strip=False,
        error_messages={"required": "パスワードを入力してください。"},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
