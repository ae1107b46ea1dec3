import pytest


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """A user cache folder of the test's own for what the project keeps; the tools' compiled WASM stays where it is."""
    monkeypatch.setenv("SPIKELOOM_CACHE", str(tmp_path / "user-cache"))
    return tmp_path / "user-cache"
