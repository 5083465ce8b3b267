"""BytePlus' OpenAPI, through the package to a real server that checks every signature."""

import hashlib
import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from byteplus_sdk.auth.SignerV4 import SignerV4

from sessions_app.rtc import byteplus
from sessions_app.rtc.byteplus import BytePlusProvider
from sessions_app.rtc.contract import Refused, Unavailable
from sessions_app.rtc.providers import LocalProvider, get_provider
from tests.support.byteplus_server import DONE_UNSAID, FAULTS
from tests.support.byteplus_signing import Signed, authorization
from tests.support.threads import at_once, in_thread

START = {"room_id": "room1", "task_id": "a" * 24, "max_seconds": 2160, "idle_seconds": 1800}
STOP = {"room_id": "room1", "task_id": "a" * 24}
BAN = {"room_id": "room1", "user_id": "user1"}

BODY = {"AppId": "123456781234567812345678", "RoomId": "room1", "UserId": "user1", "ForbiddenInterval": 60}
SHA256 = "57c040f4b8b66786352e25ee45f555fa71d3d580320255e1b37027f05222880c"
SIGNATURE = "70c58beb14b6581369c1db83797f67d78562ba6455dd83a9ebc62471c01dda63"


def test_the_packages_signature_is_the_known_one(settings, monkeypatch):
    settings.BYTEPLUS_HOST = "open.byteplusapi.com"
    settings.BYTEPLUS_ACCESS_KEY, settings.BYTEPLUS_SECRET_KEY = "AKEXAMPLE", "SKEXAMPLE"
    monkeypatch.setattr(SignerV4, "get_current_format_date", lambda: "20250102T030405Z")
    client = byteplus._client()
    request = client.prepare_request(client.api_info["BanRoomUser"], {})
    request.headers["Content-Type"], request.body = "application/json", BODY
    SignerV4.sign(request, client.service_info.credentials)
    assert request.build() == "https://open.byteplusapi.com/?Action=BanRoomUser&Version=2023-11-01"
    assert request.headers["X-Content-Sha256"] == SHA256
    assert request.headers["Authorization"].endswith(f"host;x-content-sha256;x-date, Signature={SIGNATURE}")


def test_the_servers_own_signature_is_the_known_one():
    raw = json.dumps(BODY).encode()
    headers = {
        "host": "open.byteplusapi.com",
        "content-type": "application/json",
        "x-date": "20250102T030405Z",
        "x-content-sha256": hashlib.sha256(raw).hexdigest(),
        "authorization": "SignedHeaders=content-type;host;x-content-sha256;x-date",
    }
    address = urlsplit("/?Action=BanRoomUser&Version=2023-11-01")
    request = Signed("POST", address.path, dict(parse_qsl(address.query)), headers, raw)
    assert authorization(request, "AKEXAMPLE", "SKEXAMPLE", "ap-singapore-1").endswith(SIGNATURE)


def test_the_three_calls_say_what_the_vendor_requires(byteplus_server, settings):
    provider = BytePlusProvider()
    assert provider.start_record(**START) == "ok"
    assert provider.stop_record(**STOP) == "ok"
    assert provider.ban_room_user(**BAN) == '{"message": "success"}'
    task = {"AppId": byteplus_server.app_id, "RoomId": "room1", "TaskId": "a" * 24}
    recorded = {
        "RecordMode": 0,
        "Control": {"MaxIdleTime": 1800, "MaxRecordTime": 2160},
        "StorageConfig": settings.BYTEPLUS_RECORD_STORAGE,
    }
    kicked = {"AppId": byteplus_server.app_id, "RoomId": "room1", "UserId": "user1", "ForbiddenInterval": 0}
    assert byteplus_server.bodies == [
        ("StartRecord", task | recorded),
        ("StopRecord", task),
        ("BanRoomUser", kicked),
    ]
    assert byteplus_server.unsigned == []


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("method", "asked"), [("start_record", START), ("stop_record", STOP), ("ban_room_user", BAN)])
def test_whatever_goes_wrong_is_an_outage_and_passes(byteplus_server, fault, method, asked):
    byteplus_server.faults.append(fault)
    call = getattr(BytePlusProvider(), method)
    with pytest.raises(Unavailable):
        call(**asked)
    assert len(byteplus_server.bodies) == (fault in DONE_UNSAID)
    call(**asked)
    assert len(byteplus_server.bodies) == 1 + (fault in DONE_UNSAID)


def test_nobody_there_is_an_outage(settings, byteplus_server):
    settings.BYTEPLUS_HOST = "127.0.0.1:1"
    with pytest.raises(Unavailable):
        BytePlusProvider().ban_room_user(**BAN)


def test_a_wrong_secret_is_an_outage_until_somebody_mends_it(byteplus_server, settings):
    settings.BYTEPLUS_SECRET_KEY = "wrong"
    with pytest.raises(Unavailable, match="SignatureDoesNotMatch"):
        BytePlusProvider().ban_room_user(**BAN)
    settings.BYTEPLUS_SECRET_KEY = byteplus_server.secret_key
    BytePlusProvider().ban_room_user(**BAN)


def test_what_the_vendor_finds_wrong_is_refused(byteplus_server, settings):
    settings.BYTEPLUS_RECORD_STORAGE = {}
    with pytest.raises(Refused, match="StorageConfig"):
        BytePlusProvider().start_record(**START)


@pytest.mark.parametrize("as_errors", [False, True])
def test_what_is_so_already_is_no_failure(byteplus_server, as_errors):
    byteplus_server.repeats_are_errors = as_errors
    provider = BytePlusProvider()
    provider.start_record(**START)
    assert "has been started" in provider.start_record(**START)
    provider.stop_record(**STOP)
    assert "stopped" in provider.stop_record(**STOP)


def test_keys_that_the_package_finds_elsewhere_are_not_used(byteplus_server, monkeypatch, tmp_path):
    monkeypatch.setenv("BYTEPLUS_ACCESSKEY", "AKOTHER")
    monkeypatch.setenv("BYTEPLUS_SECRETKEY", "SKOTHER")
    byteplus._kept.__dict__.clear()
    BytePlusProvider().ban_room_user(**BAN)
    monkeypatch.delenv("BYTEPLUS_ACCESSKEY")
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".byteplus").mkdir()
    (tmp_path / ".byteplus" / "config").write_text('{"ak": "AKOTHER", "sk": "SKOTHER"}')
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login other password other")
    byteplus._kept.__dict__.clear()
    BytePlusProvider().ban_room_user(**BAN)
    assert len(byteplus_server.kicked) == 2


def test_each_thread_has_a_client_and_keeps_it(byteplus_server):
    assert byteplus._client() is byteplus._client()
    assert in_thread(byteplus._client)() is not byteplus._client()


def test_while_the_vendor_hangs_one_call_waits_for_it_and_not_every_worker(byteplus_server):
    byteplus_server.away = "silence"
    provider = BytePlusProvider()
    with pytest.raises(Unavailable):
        provider.ban_room_user(**BAN)
    told = at_once(*[lambda: provider.ban_room_user(**BAN)] * 6)
    assert sorted({type(each).__name__ for each in told}) == ["ProviderCircuitOpen", "Unavailable"]
    byteplus_server.away = None
    provider.ban_room_user(**BAN)
    assert at_once(*[lambda: provider.ban_room_user(**BAN)] * 6) == ['{"message": "success"}'] * 6


PROVIDERS = [BytePlusProvider(), LocalProvider()]


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda each: each.name)
@pytest.mark.parametrize("letters", ["", "has space", "a:b", "é", "x" * 129, "line\n"])
def test_both_providers_refuse_an_id_that_no_vendor_takes(byteplus_server, provider, letters):
    for call, asked in ((provider.start_record, START), (provider.stop_record, STOP), (provider.ban_room_user, BAN)):
        for name in asked.keys() & {"room_id", "task_id", "user_id"}:
            with pytest.raises(Refused, match=name):
                call(**asked | {name: letters})
    assert byteplus_server.bodies == []


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda each: each.name)
@pytest.mark.parametrize("wrong", [{"max_seconds": 0}, {"idle_seconds": 9}, {"idle_seconds": 86_401}])
def test_both_providers_refuse_a_recording_without_end(byteplus_server, provider, wrong):
    with pytest.raises(Refused):
        provider.start_record(**START | wrong)


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda each: each.name)
def test_with_both_providers_every_call_may_be_repeated(byteplus_server, provider):
    for call, asked in ((provider.start_record, START), (provider.stop_record, STOP), (provider.ban_room_user, BAN)):
        assert call(**asked)
        assert call(**asked)


def test_the_setting_chooses_the_provider(settings):
    assert get_provider().name == "local"
    settings.RTC_PROVIDER = "byteplus"
    assert get_provider().name == "byteplus"
