from platforms.cache import Cache


def test_what_is_stored_is_loaded(own_cache):
    cache = Cache("things")
    assert cache.load("key") is None
    cache.store("key", {"a": b"1", "b": b""})
    assert cache.load("key") == {"a": b"1", "b": b""}
    assert [path.name for path in (own_cache / "things").iterdir()] == ["key"]


def test_storing_again_replaces(own_cache):
    cache = Cache("things")
    cache.store("key", {"a": b"1"})
    cache.store("key", {"b": b"2"})
    assert cache.load("key") == {"b": b"2"}


def test_damaged_entry_is_dropped(own_cache):
    cache = Cache("things")
    for name, content in (("a", b"changed"), ("manifest.json", b"{"), ("manifest.json", b"[]")):
        cache.store("key", {"a": b"1"})
        (own_cache / "things" / "key" / name).write_bytes(content)
        assert cache.load("key") is None
        assert not (own_cache / "things" / "key" / "a").exists()


def test_entry_without_a_file_is_none(own_cache):
    cache = Cache("things")
    cache.store("key", {"a": b"1"})
    (own_cache / "things" / "key" / "a").unlink()
    assert cache.load("key") is None
