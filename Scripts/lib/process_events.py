"""Hears from the kernel which processes begin, with its own clock: the proc connector of Linux, which needs root."""
import os, socket, struct, threading, time

_NETLINK_CONNECTOR, _PROC_EVENTS, _LISTEN = 11, (1, 1), 1
_FORK, _EXEC = 1, 2
_HEADERS = 16 + 20  # struct nlmsghdr, struct cn_msg


class ProcessEvents:
    """Starts of programs below one process, as times since the epoch in seconds."""

    def __init__(self, parent):
        self.parent, self._children, self._grandchildren = parent, {}, {}
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _NETLINK_CONNECTOR)
        self._socket.bind((0, _PROC_EVENTS[0]))
        # What the kernel tells while we are not running must not be lost.
        self._socket.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)  # SO_RCVBUFFORCE
        order = struct.pack("=IIIIHHI", *_PROC_EVENTS, 0, 0, 4, 0, _LISTEN)
        self._socket.send(struct.pack("=IHHII", 16 + len(order), 3, 0, 0, 0) + order)
        self._socket.settimeout(0.5)
        self._offset = time.clock_gettime_ns(time.CLOCK_REALTIME) - time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        self._ends = False
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self):
        while not self._ends:
            try:
                message = self._socket.recv(4096)
            except (TimeoutError, OSError):
                continue
            what, _, instant = struct.unpack_from("=IIQ", message, _HEADERS)
            if what == _FORK:
                _, parent, child, group = struct.unpack_from("=iiii", message, _HEADERS + 16)
                if child != group:
                    continue  # a thread
                if parent == self.parent:
                    self._children[child] = []
                elif parent in self._children:
                    self._grandchildren[child] = []
            elif what == _EXEC:
                _, process = struct.unpack_from("=ii", message, _HEADERS + 16)
                for known in (self._children, self._grandchildren):
                    if process in known:
                        known[process].append((instant + self._offset) / 1e9)

    def stop(self):
        self._ends = True
        self._thread.join()
        self._socket.close()

    @property
    def children(self):
        """When each process that the parent started began its program."""
        return sorted(times[0] for times in self._children.values() if times)

    @property
    def grandchildren(self):
        """When each process below those began its program."""
        return sorted(times[0] for times in self._grandchildren.values() if times)


def can_listen():
    return os.geteuid() == 0
