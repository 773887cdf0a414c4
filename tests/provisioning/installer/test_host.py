"""How an installer writes as root: through nobody's link, and leaving a file's rights as they were."""

from pathlib import Path

from provisioning.installer import files
from provisioning.installer.host import Host

PLACE = Path("/etc/kindpakket/release.pub")


def rights(host: Host) -> int:
    return host.at(PLACE).stat().st_mode & 0o7777


def test_f36_a_link_in_the_drafts_place_is_not_followed(tmp_path):
    """The folder is also the daemon's, which could have any file of the machine overwritten else."""
    host, theirs = Host(tmp_path), tmp_path / "shadow"
    theirs.write_text("root's")
    host.make_folder(PLACE.parent)
    host.at(PLACE).with_name(f".{PLACE.name}.kindpakket").symlink_to(theirs)
    host.write(PLACE, "ours")
    assert theirs.read_text() == "root's"
    assert host.read(PLACE) == "ours"
    assert not host.at(PLACE).is_symlink()


def test_a_draft_that_was_cut_short_is_no_hindrance(tmp_path):
    host = Host(tmp_path)
    host.make_folder(PLACE.parent)
    host.at(PLACE).with_name(f".{PLACE.name}.kindpakket").write_text("half")
    host.write(PLACE, "whole")
    assert host.names(PLACE.parent) == [PLACE.name]


def test_a_file_of_somebody_else_keeps_its_rights_through_a_line_that_comes_and_goes(tmp_path):
    host = Host(tmp_path)
    host.write(PLACE, "#!/usr/sbin/nft -f\n", mode=0o755)
    files.add_line(host, PLACE, "ours")
    assert rights(host) == 0o755
    files.drop_line(host, PLACE, "ours")
    assert (rights(host), host.read(PLACE)) == (0o755, "#!/usr/sbin/nft -f\n")


def test_a_new_file_can_be_read_by_all_unless_it_is_said_otherwise(tmp_path):
    host = Host(tmp_path)
    host.write(PLACE, "")
    assert rights(host) == 0o644
    host.write(PLACE, "", mode=0o600)
    assert rights(host) == 0o600
