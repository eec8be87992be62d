package netx

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// connProgress returns the progress of a TCP connection. It reports false if the
// system does not provide it.
func connProgress(conn syscall.Conn) (progress progress, ok bool) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return progress, false
	}
	_ = raw.Control(func(fd uintptr) {
		info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
		if err == nil {
			progress.transferred, ok = info.Bytes_acked+info.Bytes_received, true
			progress.waiting = info.Unacked > 0 || info.Notsent_bytes > 0
			progress.lastAck = time.Duration(info.Last_ack_recv) * time.Millisecond
		}
	})
	return progress, ok
}
