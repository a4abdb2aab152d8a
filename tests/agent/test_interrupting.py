"""What waits for a server can be stopped, whichever thread waits."""

import signal
import threading

import pytest

from agent.interrupting import Interrupted, interruptible, unless_stopped


def test_result_of_the_work_comes_through():
    assert unless_stopped(lambda: 3, threading.Event()) == 3


def test_error_of_the_work_comes_through():
    with pytest.raises(ZeroDivisionError):
        unless_stopped(lambda: 1 // 0, threading.Event())


def test_time_out_of_the_work_is_no_end_of_waiting():
    def work():
        raise TimeoutError("of its own")

    with pytest.raises(TimeoutError, match="of its own"):
        unless_stopped(work, threading.Event())


def test_work_that_never_ends_is_left_once_stopped():
    stop, never = threading.Event(), threading.Event()

    def work():
        stop.set()
        never.wait()

    with pytest.raises(Interrupted):
        unless_stopped(work, stop)
    never.set()


def test_interrupt_sets_stop_and_interrupts_as_ever():
    stop = threading.Event()
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), interruptible(stop):
        signal.raise_signal(signal.SIGINT)
    assert stop.is_set()
    assert signal.getsignal(signal.SIGINT) is before
