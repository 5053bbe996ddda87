from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import BaseUserCreationForm
from django.utils.translation import gettext_lazy as _

from core.models import Note


class FirstAccountForm(BaseUserCreationForm):
    """The account of whoever opens a new installation first; it may do everything."""

    class Meta(BaseUserCreationForm.Meta):
        model = get_user_model()
        fields = ["username"]
        help_texts = {"username": ""}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = _("At least 8 characters that nobody would guess.")
        self.fields["password2"].label = _("The same password again")
        self.fields["password2"].help_text = ""

    def save(self, commit: bool = True):
        user = super().save(commit=False)
        user.is_staff = user.is_superuser = True
        if commit:
            user.save()
        return user


class NoteForm(forms.ModelForm):
    secret = forms.CharField(
        label=_("Secret"),
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Encrypted before it reaches the database."),
    )

    class Meta:
        model = Note
        fields = ["title"]
        labels = {"title": _("Title")}


class UploadForm(forms.Form):
    file = forms.FileField(label=_("File"), max_length=255)
