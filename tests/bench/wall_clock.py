"""A wall clock that jumps for one process alone.

A time namespace shifts the clocks that count from the start of the machine, and not the wall's; setting that
would set it for everything else here. So a few lines of C stand before the C library's own, given a compiler.
"""

import ctypes
import mmap
import shutil
import subprocess
from pathlib import Path

_SOURCE = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

static volatile long *shift;

__attribute__((constructor)) static void begin(void) {
    int file = open(getenv("WALL_CLOCK_SHIFT"), O_RDONLY);
    void *page = mmap(0, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
    if (page == MAP_FAILED) abort();
    shift = page;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    static int (*theirs)(clockid_t, struct timespec *);
    if (!theirs) theirs = dlsym(RTLD_NEXT, "clock_gettime");
    int failed = theirs(clock, time);
    if (!failed && shift && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        time->tv_sec += *shift;
    return failed;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *seconds) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (seconds) *seconds = now.tv_sec;
    return now.tv_sec;
}
"""


class WallClock:
    """The clock of whoever is started with `settings`; right until it jumps."""

    def __init__(self, folder: Path) -> None:
        self._source, self._library = folder / "wall_clock.c", folder / "wall_clock.so"
        shift = folder / "shift"
        shift.write_bytes(bytes(ctypes.sizeof(ctypes.c_long)))
        with shift.open("r+b") as file:
            self._shift = ctypes.c_long.from_buffer(mmap.mmap(file.fileno(), 0))
        self.settings = {"LD_PRELOAD": str(self._library), "WALL_CLOCK_SHIFT": str(shift)}

    def make(self) -> bool:
        """False where there is no compiler, or no use for what it makes."""
        compiler = shutil.which("cc")
        if compiler is None:
            return False
        self._source.write_text(_SOURCE)
        command = [compiler, "-shared", "-fPIC", "-o", str(self._library), str(self._source), "-ldl"]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0

    def jumps(self, seconds: int) -> None:
        self._shift.value += seconds
