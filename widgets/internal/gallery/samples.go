package main

import (
	"github.com/ferryapp/ferry/widgets"
	"github.com/ferryapp/ferry/widgets/theme"
)

var (
	active = []widgets.Action{{ID: "pause", Icon: theme.IconPause, Label: "Pause"}, {ID: "cancel", Icon: theme.IconCancel, Label: "Cancel"}}
	paused = []widgets.Action{{ID: "resume", Icon: theme.IconResume, Label: "Resume"}, {ID: "cancel", Icon: theme.IconCancel, Label: "Cancel"}}
	done   = []widgets.Action{{ID: "link", Icon: theme.IconLink, Label: "Copy link"}, {ID: "remove", Icon: theme.IconRemove, Label: "Remove"}}
)

// samples contains a row for every state.
var samples = []widgets.RowModel{
	{
		Icon: theme.IconFolder, Name: "Iceland raws", Size: "31.2 of 40.1 GB", Speed: "42.0 MB/s", ETA: "about 3 min",
		StatusIcon: theme.IconUploading, Status: "612 of 790 files · Studio server", Tone: theme.Active,
		ShowBar: true, BarTone: theme.Active, Acked: .76, Sent: .78, Actions: active,
	},
	{
		Icon: theme.IconVideo, Name: "interview-final-with-a-very-long-name-that-does-not-fit-into-the-row_v12_FINAL.mov", Size: "1.9 of 6.4 GB", Speed: "18.4 MB/s", ETA: "about 4 min",
		StatusIcon: theme.IconUploading, Status: "Uploading · part 3 of 8", Tone: theme.Active,
		ShowBar: true, BarTone: theme.Active, Acked: .30, Sent: .36, Actions: active,
	},
	{
		Icon: theme.IconDocument, Name: "invoice.pdf", Size: "84 KB",
		StatusIcon: theme.IconDone, Status: "84 KB in 1 s", Tone: theme.Success, Actions: done,
	},
	{
		Icon: theme.IconVideo, Name: "b-roll.mov", Size: "2.2 of 3.0 GB",
		StatusIcon: theme.IconChanged, Status: "Changed since the upload began", Tone: theme.Warning, ShowBar: true, BarTone: theme.Warning, Acked: .73, Sent: .73,
		Actions: []widgets.Action{{ID: "new", Label: "Upload as new", Prominent: true}, {ID: "over", Label: "Start over", Prominent: true}},
	},
	{
		Icon: theme.IconImage, Name: "北京之行-照片合集-最终版本-请勿修改.png", Size: "1.2 / 4.0 GB", Speed: "12.4 MB/s", ETA: "约 4 分钟",
		StatusIcon: theme.IconUploading, Status: "正在上传 · 第 3 部分，共 8 部分", Tone: theme.Active,
		ShowBar: true, BarTone: theme.Active, Acked: .3, Sent: .33, Actions: active,
	},
	{
		Icon: theme.IconArchive, Name: "backup-2026-11.tar.zst", Size: "1.2 of 4.0 GB",
		StatusIcon: theme.IconPaused, Status: "Paused at 1.2 of 4.0 GB", Tone: theme.Muted, ShowBar: true, BarTone: theme.Muted, Acked: .3, Sent: .3, Actions: paused,
	},
	{
		Icon: theme.IconAudio, Name: "podcast-041.flac", Size: "310 of 700 MB",
		StatusIcon: theme.IconClock, Status: "Connection lost, retrying in 12 s (attempt 4)", Tone: theme.Warning, ShowBar: true, BarTone: theme.Warning, Acked: .44, Sent: .44,
		Actions: []widgets.Action{{ID: "retry", Label: "Retry now", Prominent: true}},
	},
	{
		Icon: theme.IconFile, Name: "measurements.dat", Size: "12.0 GB",
		StatusIcon: theme.IconWaiting, Status: "Waiting, 3rd in the queue", Tone: theme.Muted, Actions: paused,
	},
	{
		Icon: theme.IconCode, Name: "main.go", Size: "12 KB",
		StatusIcon: theme.IconError, Status: "The server rejected this file: file type not allowed", Tone: theme.Error,
		Actions: []widgets.Action{{ID: "retry", Label: "Retry", Prominent: true}},
	},
	{
		Icon: theme.IconDisk, Name: "👩‍👩‍👧‍👦 family 🏖️ holiday.iso", Size: "4.1 of 8.5 GB",
		StatusIcon: theme.IconOffline, Status: "Waiting for network", Tone: theme.Warning, ShowBar: true, BarTone: theme.Warning, Acked: .48, Sent: .48, Actions: active,
	},
	{
		Icon: theme.IconFile, Name: "drive.img", Size: "64 GB",
		StatusIcon: theme.IconMissing, Status: "File not found", Tone: theme.Warning,
		Actions: []widgets.Action{{ID: "locate", Label: "Locate…", Prominent: true}},
	},
}
