"""Which file system an inbox lies on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photovideos.intake import mounts
from photovideos.intake.mounts import PLAIN, Mount, device_of, mount_of, read_mountinfo


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "virtiofs", "fuse.sshfs", "fuse.bindfs", "fuse"])
def test_shares_settle_slowly_and_are_polled(kind: str) -> None:
    mount = Mount(kind=kind)
    assert mount.is_network
    assert mount.hides_writes
    assert not mount.trusts_renames


def test_writes_behind_an_overlay_make_no_events() -> None:
    assert Mount(kind="overlay").hides_writes
    assert not Mount(kind="overlay").is_network


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "zfs", "tmpfs", "f2fs"])
def test_local_disks_are_watched(kind: str) -> None:
    mount = Mount(kind=kind)
    assert not mount.is_network
    assert not mount.hides_writes
    assert mount.trusts_renames


@pytest.mark.parametrize("kind", ["vfat", "exfat", "fuse.exfat", "fuseblk"])
def test_sticks_and_windows_disks_are_local_and_their_times_prove_nothing(kind: str) -> None:
    mount = Mount(kind=kind)
    assert not mount.is_network
    assert not mount.hides_writes
    assert not mount.trusts_renames
    assert mount.is_fat is (kind != "fuseblk")


@pytest.mark.parametrize(
    ("line", "kind", "source"),
    [
        ("36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n", "ext3", "/dev/root"),
        ("40 35 0:41 / /mnt/a\\040b rw shared:7 master:2 - nfs4 nas:/my\\040photos rw", "nfs4", "nas:/my photos"),
        ("41 35 0:42 / /a\\040-\\040b rw - tmpfs tmpfs rw", "tmpfs", "tmpfs"),
    ],
)
def test_mountinfo_is_read_as_proc_describes_it(line: str, kind: str, source: str) -> None:
    assert read_mountinfo(line) == Mount(kind=kind, source=source)


@given(st.text())
def test_no_line_makes_it_fail(line: str) -> None:
    read_mountinfo(line)


def test_the_mount_of_a_real_directory_is_found(inbox: Path) -> None:
    inbox_fd = os.open(inbox, os.O_RDONLY)
    proc_fd = os.open("/proc/self", os.O_RDONLY)
    try:
        assert mount_of(proc_fd).kind == "proc"
        assert mount_of(inbox_fd).kind not in ("", "unknown")
        assert mount_of(inbox_fd, proc="/nowhere") == PLAIN
        assert device_of(inbox_fd) == device_of(inbox_fd)
        assert 0 < device_of(inbox_fd) < 2**63
    finally:
        os.close(inbox_fd)
        os.close(proc_fd)


def test_a_disk_without_an_id_of_its_own_is_known_by_its_uuid(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    device = os.stat(inbox).st_dev

    class Link:
        name = "1234-ABCD"

        def stat(self) -> object:
            return type("status", (), {"st_rdev": device})()

    class Links(list[Link]):
        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None: ...

    monkeypatch.setattr(os, "fstatvfs", lambda _: type("status", (), {"f_fsid": mounts._kernel_number(device)})())
    inbox_fd = os.open(inbox, os.O_RDONLY)
    try:
        without = device_of(inbox_fd)
        monkeypatch.setattr(os, "scandir", lambda _: Links([Link()]))
        assert device_of(inbox_fd) == mounts._number("1234-ABCD")
        if not os.path.isdir("/dev/disk/by-uuid"):
            assert without == device
    finally:
        os.close(inbox_fd)


def test_two_file_systems_have_two_numbers(inbox: Path) -> None:
    inbox_fd, shm_fd = os.open(inbox, os.O_RDONLY), os.open("/dev/shm", os.O_RDONLY)
    try:
        if os.fstat(inbox_fd).st_dev == os.fstat(shm_fd).st_dev:
            pytest.skip("one file system for both")
        assert device_of(inbox_fd) != device_of(shm_fd)
    finally:
        os.close(inbox_fd)
        os.close(shm_fd)
