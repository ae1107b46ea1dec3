"""Where generated models, libraries, areas and builds are kept between runs."""

import os
from pathlib import Path

__all__ = ["cache_folder"]


def cache_folder():
    """The folder of everything that is made once and kept; ``SPIKELOOM_CACHE`` overrides the user's cache folder.

    Returns
    -------
    Path
        It may not exist yet.
    """
    if os.environ.get("SPIKELOOM_CACHE"):
        return Path(os.environ["SPIKELOOM_CACHE"])
    import platformdirs
    return Path(platformdirs.user_cache_dir("spikeloom", appauthor=False))
