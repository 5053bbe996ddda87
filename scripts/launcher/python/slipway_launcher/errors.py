"""What a person is told, and the exit codes that scripts may rely on."""
import sys

DONE = 0
FAILED = 1  # the application, the database or the service said no
USAGE = 2  # wrong command line, or not allowed to read something
TRY_AGAIN = 75  # EX_TEMPFAIL of sysexits.h: the database does not answer; the same command may succeed later
CONFIGURATION = 78  # EX_CONFIG of sysexits.h: something must be set first


class Refusal(Exception):
    """Ends the launcher with sentences instead of a traceback."""

    def __init__(self, message, code=FAILED):
        super().__init__(message)
        self.code = code


def reason(error):
    """The system's words for an OSError, without path and number."""
    return (error.strerror or str(error)).lower()


def tell(text):
    """A line for a person; answers that programs read go to standard output alone."""
    print(text, file=sys.stderr, flush=True)
