package words_test

import (
	"testing"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// TestAWaitingRowSaysWhy: every wait has a reason that the user can read.
func TestAWaitingRowSaysWhy(t *testing.T) {
	now := time.Date(2026, 3, 2, 14, 0, 0, 0, time.Local)
	at := now.Add(8 * time.Hour)
	held := func(h uploader.Hold) *uploader.Snapshot {
		return &uploader.Snapshot{Held: map[uploader.ServerID]uploader.Hold{2: h}}
	}
	for _, c := range []struct {
		name     string
		snapshot *uploader.Snapshot
		en, zh   string
	}{
		{"for its turn", &uploader.Snapshot{}, "Waiting, 3rd in the queue", "等待中，队列第 3 位"},
		{"for other hours", held(uploader.Hold{Reason: uploader.HeldBySchedule, Until: at}), "Waiting until 22:00 (schedule)", "等待至 22:00（限速时段）"},
		{"for another schedule", held(uploader.Hold{Reason: uploader.HeldBySchedule}), "Waiting (schedule)", "等待中（限速时段）"},
		{"for another network", held(uploader.Hold{Reason: uploader.HeldByMetering}), "Waiting: metered network", "等待中：网络按流量计费"},
		{"for a network", held(uploader.Hold{Fault: fault.Newf(fault.Offline, fault.Head, ""), Until: at}), "Waiting for the network, resumes automatically", "等待网络，恢复后自动继续"},
		{"for a busy server", held(uploader.Hold{Fault: fault.Newf(fault.Busy, fault.Head, ""), Until: at}), "The server is busy, next try at 22:00", "服务器繁忙，22:00 重试"},
		{"for a server, any moment", held(uploader.Hold{Fault: fault.Newf(fault.Unreachable, fault.Head, ""), Until: now}), "The server doesn't respond, retrying soon", "服务器没有响应，稍后重试"},
		{"for a sign-in", &uploader.Snapshot{Blocked: map[uploader.ServerID]*fault.Fault{2: fault.Newf(fault.Auth, fault.Head, "")}}, "The server requires sign-in", "服务器要求登录"},
	} {
		t.Run(c.name, func(t *testing.T) {
			row := &uploader.Transfer{ID: 1, Server: 2}
			for language, want := range map[words.Language]string{"en": c.en, "zh-Hans": c.zh} {
				speak(t, language)
				if got := words.Row(c.snapshot, row, 3, now); got != want {
					t.Errorf("%q, want %q", got, want)
				}
			}
		})
	}
}
