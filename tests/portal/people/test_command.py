import json

from django.utils import timezone

from provisioning.cli import main
from provisioning.portal import config
from provisioning.portal.applying.models import Application


def test_the_command_forgets_and_says_how_many(sent, capsys):
    sent(state="rejected", forget_on=timezone.localdate())
    assert main(["portal", "forget", "--folder", str(config.folder()), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"applications": 1, "documents": 0, "households": 0, "lists": 0}
    assert not Application.objects.exists()
    assert main(["portal", "forget", "--folder", str(config.folder())]) == 0
    assert "0 households" in capsys.readouterr().out


def test_where_there_is_no_portal_it_says_so(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv(config.FOLDER_VARIABLE, str(config.folder()))
    assert main(["portal", "forget", "--folder", str(tmp_path)]) == 1
    assert "no portal" in capsys.readouterr().err
