"""Where the config is looked for, how it is read, and that all problems are told at once with their key's path."""

from pathlib import Path

import pytest

from photovideos import config
from photovideos.errors import ConfigError


def problems(text: str | bytes) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        config.parse(text)
    return caught.value.problems


def problem(text: str) -> str:
    found = problems(text)
    assert len(found) == 1, found
    return found[0]


def test_an_empty_file_is_the_defaults() -> None:
    assert config.parse("") == config.parse("# nothing yet\n") == config.Config()
    assert config.Config().inboxes[0].path == Path.home() / "PhotoVideos" / "inbox"


def test_all_problems_are_told_at_once() -> None:
    found = problems("inboxes: [{path: relative}]\nupload: {parallel: 0}\njobs: {paralel: 1}\nnonsense: 1\n")
    assert [each.partition(":")[0] for each in found] == [
        "inboxes[0].path",
        "upload.parallel",
        "jobs.paralel",
        "nonsense",
    ]
    assert "no key that photovideos knows" in found[-1]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("inboxes: []", "inboxes"),
        ("inboxes: [{}]", "inboxes[0].path"),
        ('inboxes: [{path: ""}]', "inboxes[0].path"),
        ("inboxes: [{path: /a, watch: sometimes}]", "inboxes[0].watch"),
        ("inboxes: [{path: /a, settle_seconds: 0}]", "inboxes[0].settle_seconds"),
        ("inboxes: [{path: /a, existing: yes}]", "inboxes[0].existing"),
        ('default_prompt: ""', "default_prompt"),
        ("default_prompt_after_minutes: -1", "default_prompt_after_minutes"),
        ("backend: {kind: cloud}", "backend.kind"),
        ("backend: {url: ftp://a}", "backend.url"),
        ("backend: {url: 'https://me:secret@a'}", "backend.url"),
        ("backend: {skill_version: 1.0}", "backend.skill_version"),
        ('backend: {skill_source: "two words"}', "backend.skill_source"),
        ("backend: {language: english!}", "backend.language"),
        ("backend: {poll_seconds: 0}", "backend.poll_seconds"),
        ("backend: {poll_seconds: .inf}", "backend.poll_seconds"),
        ("backend: {poll_seconds: .nan}", "backend.poll_seconds"),
        ("backend: {poll_seconds: soon}", "backend.poll_seconds"),
        ("backend: {recovery_waits_seconds: []}", "backend.recovery_waits_seconds"),
        ("backend: {recovery_waits_seconds: [-1]}", "backend.recovery_waits_seconds[0]"),
        ("studio: {workers: 0}", "studio.workers"),
        ("studio: {workers: 1.5}", "studio.workers"),
        ("studio: {assistant: {key_env: a-b}}", "studio.assistant.key_env"),
        ("studio: {assistant: {key_env: NEMO_TOKEN}}", "studio.assistant.key_env"),
        ("studio: {assistant: {url: 'https://a'}}", "studio.assistant.model"),
        ("upload: {longest_edge_pixels: -1}", "upload.longest_edge_pixels"),
        ("upload: {strip_metadata: 1}", "upload.strip_metadata"),
        ("upload: {allow_urls: 'yes'}", "upload.allow_urls"),
        ("jobs: {retry_hours: -1}", "jobs.retry_hours"),
        ("state_dir: here", "state_dir"),
    ],
)
def test_a_value_out_of_bounds_is_told_by_its_path(text: str, key: str) -> None:
    assert problem(text).startswith(f"{key}: ")


def test_seconds_may_be_fractions_and_whole_numbers() -> None:
    settings = config.parse("inboxes: [{path: /a, settle_seconds: 0.5}]\nbackend: {poll_seconds: 2}\n")
    assert settings.inboxes[0].settle_seconds == 0.5
    assert settings.backend.poll_seconds == 2


def test_a_number_where_text_belongs_asks_for_quotes() -> None:
    assert "put it in quotes" in problem("default_prompt: 30")


def test_a_key_that_stands_twice_is_no_yaml_of_ours() -> None:
    assert "stands twice" in problem("jobs: {parallel: 1, parallel: 2}")


@pytest.mark.parametrize("text", ["[1, 2]", "just words", "42"])
def test_what_holds_no_keys_is_refused(text: str) -> None:
    assert "must hold keys" in problem(text)


@pytest.mark.parametrize("text", ["a: [1", "a: !!python/object:os.system {}", b"\xff\xfe\x00", "[" * 3000])
def test_what_is_no_yaml_is_one_sentence_without_a_trace(text: str | bytes) -> None:
    found = problems(text)
    assert len(found) == 1
    assert "is not readable YAML" in found[0]
    assert "\n" not in found[0]


def test_inboxes_and_the_state_directory_keep_apart() -> None:
    assert "the same folder" in problem("inboxes: [{path: /a}, {path: /a/../a}]")
    assert "inside another" in problem("inboxes: [{path: /a}, {path: /a/b}]")
    assert problem("inboxes: [{path: /a}]\nstate_dir: /a/state").startswith("state_dir: lies inside an inbox")
    assert config.parse("inboxes: [{path: /a}, {path: /ab}]\nstate_dir: /s").inboxes[1].path == Path("/ab")


def test_the_home_directory_may_be_written_as_a_tilde(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    settings = config.parse("inboxes: [{path: ~/drop/./in/}]\nstate_dir: ~/state\n")
    assert (settings.inboxes[0].path, settings.state_dir) == (Path("/home/anna/drop/in"), Path("/home/anna/state"))


def test_which_file_counts(tmp_path: Path) -> None:
    own = tmp_path / "photovideos" / "config.yaml"
    environ = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert config.locate(None, environ) is None
    assert config.load(None, environ) == config.Config()
    own.parent.mkdir()
    own.write_text("jobs: {parallel: 3}", encoding="utf-8")
    assert config.load(None, environ).jobs.parallel == 3
    assert config.locate(None, environ | {"PHOTOVIDEOS_CONFIG": "/named"}) == Path("/named")
    assert config.locate(Path("/given"), environ | {"PHOTOVIDEOS_CONFIG": "/named"}) == Path("/given")


def test_a_named_file_that_is_not_there_or_too_large_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        config.load(tmp_path / "none.yaml", {})
    (tmp_path / "large.yaml").write_bytes(b"#" * 2**21)
    with pytest.raises(ConfigError, match="larger than"):
        config.load(tmp_path / "large.yaml", {})


def test_where_records_lie() -> None:
    settings = config.Config()
    assert config.resolved_state_dir(settings, {"STATE_DIRECTORY": "/var/lib/a:/var/lib/b"}) == Path("/var/lib/a")
    assert config.resolved_state_dir(settings, {"XDG_STATE_HOME": "/x"}) == Path("/x/photovideos")
    assert config.resolved_state_dir(settings, {}) == Path.home() / ".local/state/photovideos"
    given = config.parse("state_dir: /given")
    assert config.resolved_state_dir(given, {"STATE_DIRECTORY": "/var/lib/a"}) == Path("/given")
