"""Objects that can be closed before Python lets go of them."""

from __future__ import annotations

from typing import Self


class Managed:
    """Something with a `close`, also at the end of a `with` block; after it, every use raises ValueError."""

    _closed: bool | None = None

    def _open(self) -> None:
        """Make it usable."""
        self._closed = False

    def close(self) -> None:
        """Give it up. Closing again does nothing."""
        if self._closed is not None:
            self._closed = True

    def ptr(self) -> Self:
        """Itself. Raises ValueError if it was closed, or never made."""
        if self._closed is not False:
            raise ValueError("never initialized" if self._closed is None else "already closed")
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
