package app

import (
	"context"
	"log/slog"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// notifications shows desktop notifications: those of other parts, and those about
// changes of the transfers while the window is hidden. It must be used on the UI
// goroutine.
type notifications struct {
	bridge      *bridge.Bridge
	notifier    platform.Notifier
	log         *slog.Logger
	settings    *settings.Current
	window      *window
	interrupted func() *view.Interrupted
	open        func() // opens the window
	copyLinks   func([]*uploader.Transfer)
	reveal      func(*uploader.Transfer) // shows its file in its folder
	tracker     view.Notifications
}

// send shows a notification.
func (n *notifications) send(note platform.Notification) {
	n.bridge.Run(func(ctx context.Context) {
		if err := n.notifier.Notify(ctx, note); err != nil {
			n.log.Info("show notification failed", "err", err)
		}
	})
}

// message shows a message of the hidden window. A click opens the window.
func (n *notifications) message(text string) {
	open := func() { n.bridge.Post(n.open) }
	n.send(platform.Notification{Key: "message", Title: "Ferry", Body: text, OnClick: open, Actions: []platform.Action{{Label: words.Text("tray.open"), Do: open}}})
}

// withdraw removes notifications.
func (n *notifications) withdraw(keys ...string) {
	n.bridge.Run(func(ctx context.Context) {
		for _, key := range keys {
			if err := n.notifier.Withdraw(ctx, key); err != nil {
				n.log.Info("withdraw notification failed", "err", err)
			}
		}
	})
}

// update sends notifications about changes in the snapshot, unless the window is visible.
func (n *notifications) update(s *uploader.Snapshot, counts view.Counts) {
	notes := n.tracker.Update(s, counts)
	if n.window.visible {
		n.tracker.Reset()
		return
	}
	for _, next := range notes {
		if next.Key == view.NoteAttention && n.interrupted() != nil {
			continue // the question about interrupted uploads includes them
		}
		if !view.NotificationWanted(next.Key, n.settings.Get().Notifications) {
			continue
		}
		open := func() { n.bridge.Post(func() { n.openAt(next.Key) }) }
		n.send(platform.Notification{Key: next.Key, Title: next.Title, Body: next.Body, OnClick: open, Actions: n.buttons(s, next, open)})
	}
}

// buttons returns the buttons of a notification about transfers.
func (n *notifications) buttons(s *uploader.Snapshot, note view.Notification, open func()) []platform.Action {
	finished := note.Transfers(s)
	var buttons []platform.Action
	if links := view.Allowed(view.ActionCopyLink, finished); len(links) > 0 {
		buttons = append(buttons, platform.Action{Label: words.Count("note.copy", len(links)), Do: func() { n.bridge.Post(func() { n.copyLinks(links) }) }})
	}
	if len(finished) == 1 && view.Received(finished[0]) {
		return append(buttons, platform.Action{Label: words.Text("action.reveal"), Do: func() { n.bridge.Post(func() { n.reveal(finished[0]) }) }})
	}
	label := words.Text("tray.open")
	if note.Key == view.NoteFinished {
		label = words.Text("note.show")
	}
	return append(buttons, platform.Action{Label: label, Do: open})
}

// openAt opens the window with the filter for a notification.
func (n *notifications) openAt(key string) {
	n.window.setFilter(view.FilterAll)
	if key == view.NoteAttention {
		n.window.setFilter(view.FilterAttention)
	}
	n.open()
}
