package words_test

import (
	"testing"
	"time"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

const gb = 1_000_000_000

// rowCases returns a transfer in every state with its expected status texts.
func rowCases(now time.Time) map[string]struct {
	transfer uploader.Transfer
	live     uploader.Progress
	place    int
	en, zh   string
} {
	file := source.File{Path: "/x/b-roll.mov", Size: 4 * gb}
	waits := func(kind fault.Kind, attempt int32, in time.Duration) uploader.Transfer {
		return uploader.Transfer{
			ID: 1, Source: file, Phase: uploader.PhaseWaiting, Attempt: attempt, NextTry: uploader.TimestampOf(now.Add(in)),
			Fault: fault.Newf(kind, fault.Patch, ""),
		}
	}
	failed := func(kind fault.Kind, session uploader.Session) uploader.Transfer {
		return uploader.Transfer{ID: 1, Source: file, Phase: uploader.PhaseFailed, Session: session, Fault: fault.Newf(kind, fault.Head, "")}
	}
	writing := waits(fault.SourceBusy, 0, time.Second)
	writing.Fault.Code = fault.CodeFileChanging
	part := uploader.Session{Offset: 1_200_000_000}
	expired := uploader.Session{Offset: 1_200_000_000, Expires: uploader.TimestampOf(now.Add(-time.Hour))}
	type row = struct {
		transfer uploader.Transfer
		live     uploader.Progress
		place    int
		en, zh   string
	}
	return map[string]row{
		"waiting":                   {uploader.Transfer{Source: file}, uploader.Progress{}, 3, "Waiting, 3rd in the queue", "等待中\uff0c队列第 3 位"},
		"waiting, position unknown": {uploader.Transfer{Source: file}, uploader.Progress{}, 0, "Waiting", "等待中"},
		"preparing":                 {uploader.Transfer{Phase: uploader.PhasePreparing}, uploader.Progress{}, 0, "Reading the file", "正在读取文件"},
		"preparing, size unknown":   {uploader.Transfer{Phase: uploader.PhasePreparing}, uploader.Progress{Read: 5}, 0, "Reading the file", "正在读取文件"},
		"uploading": {
			uploader.Transfer{ID: 1, Source: file, Phase: uploader.PhaseSending},
			uploader.Progress{Sent: 1_200_000_000, Rate: 12_400_000, ETA: 4 * time.Minute},
			0,
			"1.2 of 4.0 GB · 12.4 MB/s · about 4 min", "1.2 / 4.0 GB · 12.4 MB/s · 约 4 分钟",
		},
		"uploading, rate unknown": {
			uploader.Transfer{ID: 1, Source: file, Phase: uploader.PhaseSending}, uploader.Progress{}, 0, "0.0 of 4.0 GB", "0.0 / 4.0 GB",
		},
		"checking":               {uploader.Transfer{Phase: uploader.PhaseVerifying}, uploader.Progress{}, 0, "Checking with the server", "正在与服务器核对"},
		"paused":                 {uploader.Transfer{Source: file, Session: part, Intent: uploader.IntentPause}, uploader.Progress{}, 0, "Paused at 1.2 of 4.0 GB", "已暂停\uff0c1.2 / 4.0 GB"},
		"pausing":                {uploader.Transfer{Source: file, Session: part, Intent: uploader.IntentPause, Phase: uploader.PhaseSending}, uploader.Progress{}, 0, "Pausing", "正在暂停"},
		"paused at start":        {uploader.Transfer{Source: file, Intent: uploader.IntentPause}, uploader.Progress{}, 0, "Paused", "已暂停"},
		"offline":                {waits(fault.Offline, 0, time.Second), uploader.Progress{}, 0, "Waiting for the network, resumes automatically", "等待网络\uff0c恢复后自动继续"},
		"retrying":               {waits(fault.Transient, 4, 12*time.Second), uploader.Progress{}, 0, "Connection lost, retrying in 12 s (attempt 4)", "连接中断\uff0c12 秒后重试\uff08第 4 次\uff09"},
		"first retry":            {waits(fault.Unreachable, 1, 2*time.Second), uploader.Progress{}, 0, "The server doesn't respond, retrying in 2 s", "服务器没有响应\uff0c2 秒后重试"},
		"retrying now":           {waits(fault.Transient, 4, 0), uploader.Progress{}, 0, "Connection lost, retrying", "连接中断\uff0c正在重试"},
		"busy":                   {waits(fault.Busy, 1, 5*time.Minute), uploader.Progress{}, 0, "The server is busy, next try at 14:05", "服务器繁忙\uff0c14:05 重试"},
		"busy now":               {waits(fault.Busy, 1, 0), uploader.Progress{}, 0, "The server is busy", "服务器繁忙"},
		"another program writes": {writing, uploader.Progress{}, 2, "Another program is still writing this file", "其他程序仍在写入此文件"},
		"locked by a program":    {waits(fault.SourceBusy, 0, time.Second), uploader.Progress{}, 2, "The file is in use", "文件被占用"},
		"changed":                {failed(fault.SourceChanged, part), uploader.Progress{}, 0, "Changed since the upload began", "文件在上传开始后有改动"},
		"missing":                {failed(fault.SourceMissing, part), uploader.Progress{}, 0, "Not found: drive disconnected or file moved", "找不到文件\uff1a磁盘已断开或文件已移动"},
		"sign in":                {failed(fault.Auth, part), uploader.Progress{}, 0, "The server requires sign-in", "服务器要求登录"},
		"gone":                   {failed(fault.Gone, part), uploader.Progress{}, 0, "The server no longer has the first 1.2 GB", "服务器上已没有前 1.2 GB"},
		"expired":                {failed(fault.Gone, expired), uploader.Progress{}, 0, "The server no longer has the first 1.2 GB (expired)", "服务器上已没有前 1.2 GB\uff08已过期\uff09"},
		"already uploaded":       {failed(fault.AlreadyUploaded, uploader.Session{}), uploader.Progress{}, 0, "Already uploaded", "已上传过"},
		"gone, nothing uploaded": {failed(fault.Gone, uploader.Session{}), uploader.Progress{}, 0, "The server no longer has this upload", "服务器上已没有此上传任务"},
		"failed": {
			failed(fault.TooLarge, part),
			uploader.Progress{},
			0,
			"“b-roll.mov” is larger than the server accepts. Use another server, or ask for a higher limit.",
			"“b-roll.mov”超出了服务器允许的大小。请使用其他服务器\uff0c或请管理员提高限制。",
		},
		"done": {
			uploader.Transfer{Source: file, Phase: uploader.PhaseDone, ActiveTime: 320 * time.Second},
			uploader.Progress{},
			0,
			"4.0 GB in 5 min 20 s", "4.0 GB\uff0c用时 5 分 20 秒",
		},
		"cancelled": {uploader.Transfer{Phase: uploader.PhaseCancelled}, uploader.Progress{}, 0, "Cancelled", "已取消"},
	}
}

func TestRowForEveryState(t *testing.T) {
	now := time.Date(2026, 3, 1, 14, 0, 0, 0, time.Local)
	seen := map[uploader.State]bool{}
	for name, row := range rowCases(now) {
		seen[row.transfer.State()] = true
		t.Run(name, func(t *testing.T) {
			snapshot := &uploader.Snapshot{Progress: map[uploader.TransferID]uploader.Progress{}}
			if row.live != (uploader.Progress{}) {
				snapshot.Progress[row.transfer.ID] = row.live
			}
			load(t, words.English)
			if got := words.Row(snapshot, &row.transfer, row.place, now); got != row.en {
				t.Errorf("English: got %q, want %q", got, row.en)
			}
			load(t, words.Chinese)
			if got := words.Row(snapshot, &row.transfer, row.place, now); got != row.zh {
				t.Errorf("Chinese: got %q, want %q", got, row.zh)
			}
		})
	}
	for _, state := range uploader.States() {
		if !seen[state] {
			t.Errorf("no case for state %s", state)
		}
		for _, language := range words.Languages() {
			load(t, language)
			checkComplete(t, words.State(state))
		}
	}
}

func TestRowShowsWhyTransferWaits(t *testing.T) {
	now := time.Date(2026, 3, 2, 14, 0, 0, 0, time.Local)
	at := now.Add(8 * time.Hour)
	held := func(h uploader.Hold) *uploader.Snapshot {
		return &uploader.Snapshot{Holds: map[uploader.ServerID]uploader.Hold{2: h}}
	}
	for _, c := range []struct {
		name     string
		snapshot *uploader.Snapshot
		en, zh   string
	}{
		{"queue position", &uploader.Snapshot{}, "Waiting, 3rd in the queue", "等待中，队列第 3 位"},
		{"schedule with end", held(uploader.Hold{Reason: uploader.HeldBySchedule, Until: at}), "Waiting until 22:00 (schedule)", "等待至 22:00（限速时段）"},
		{"schedule without end", held(uploader.Hold{Reason: uploader.HeldBySchedule}), "Waiting (schedule)", "等待中（限速时段）"},
		{"metered network", held(uploader.Hold{Reason: uploader.HeldByMetering}), "Waiting: metered network", "等待中：网络按流量计费"},
		{"offline", held(uploader.Hold{Fault: fault.Newf(fault.Offline, fault.Head, ""), Until: at}), "Waiting for the network, resumes automatically", "等待网络，恢复后自动继续"},
		{"busy server", held(uploader.Hold{Fault: fault.Newf(fault.Busy, fault.Head, ""), Until: at}), "The server is busy, next try at 22:00", "服务器繁忙，22:00 重试"},
		{"unreachable server, next try due", held(uploader.Hold{Fault: fault.Newf(fault.Unreachable, fault.Head, ""), Until: now}), "The server doesn't respond, retrying soon", "服务器没有响应，稍后重试"},
		{
			"drive does not respond", &uploader.Snapshot{Drives: map[uint64]*fault.Fault{7: {Kind: fault.SourceBusy, Code: fault.CodeDriveHangs}}},
			"The drive doesn't respond", "磁盘没有响应",
		},
		{"other drive does not respond", &uploader.Snapshot{Drives: map[uint64]*fault.Fault{8: {Kind: fault.SourceBusy, Code: fault.CodeDriveHangs}}}, "Waiting, 3rd in the queue", "等待中，队列第 3 位"},
		{"sign-in", &uploader.Snapshot{Blocked: map[uploader.ServerID]*fault.Fault{2: fault.Newf(fault.Auth, fault.Head, "")}}, "The server requires sign-in", "服务器要求登录"},
	} {
		t.Run(c.name, func(t *testing.T) {
			row := &uploader.Transfer{ID: 1, Server: 2, Source: source.File{Identity: source.Identity{Volume: 7, Index: 1}}}
			for language, want := range map[words.Language]string{"en": c.en, "zh-Hans": c.zh} {
				load(t, language)
				if got := words.Row(c.snapshot, row, 3, now); got != want {
					t.Errorf("%q, want %q", got, want)
				}
			}
		})
	}
}
