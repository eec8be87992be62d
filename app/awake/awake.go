// Package awake keeps the computer awake while uploads are being sent. A [Keeper] decides
// that from snapshots of the engine, the settings and the battery; package power does it.
package awake

import (
	"context"
	"log/slog"
	"time"

	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/uploader"
)

// releaseDelay is how long the computer is still kept awake after the last upload was sent:
// longer than the time between a file and the next, and than a short retry.
const releaseDelay = 3 * time.Second

// Sending reports whether a file is being read, checked or sent at the moment. Transfers that
// are paused, or wait for a network, a retry, a hold of their server or their drive, do not
// count: they go on without loss when the computer has slept.
func Sending(s *uploader.Snapshot) bool {
	for id, progress := range s.Progress {
		if t := s.Transfer(id); progress.Wait == nil && t != nil && working(t.State()) {
			return true
		}
	}
	return false
}

func working(state uploader.State) bool {
	return state == uploader.StatePreparing || state == uploader.StateChecking || state == uploader.StateUploading
}

// Engine is the part of an *engine.Engine that a Keeper needs.
type Engine interface {
	Snapshot() *uploader.Snapshot
	Watch(ctx context.Context) <-chan struct{}
}

// Keeper keeps the computer awake while uploads are being sent and the settings allow it.
type Keeper struct {
	Engine   Engine
	Settings *settings.Current
	Log      *slog.Logger

	// KeepAwake keeps the computer awake until ctx is done; see power.KeepAwake.
	KeepAwake func(ctx context.Context)

	// WatchBattery reports whether the computer runs on its battery; see power.WatchBattery.
	WatchBattery func(ctx context.Context, changed func(onBattery bool)) error
}

// Run decides until ctx is done or the engine ends, and then lets the computer sleep.
func (k *Keeper) Run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	battery := make(chan bool)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		k.watchBattery(ctx, battery)
	}()
	defer func() {
		cancel()
		<-watched
	}()
	k.follow(ctx, battery)
}

// watchBattery sends each change.
func (k *Keeper) watchBattery(ctx context.Context, battery chan<- bool) {
	err := k.WatchBattery(ctx, func(on bool) {
		select {
		case battery <- on:
		case <-ctx.Done():
		}
	})
	if err != nil && ctx.Err() == nil {
		k.Log.Info("watch battery failed", "err", err)
	}
}

// follow starts and stops keeping the computer awake.
func (k *Keeper) follow(ctx context.Context, battery <-chan bool) {
	updates, changes := k.Engine.Watch(ctx), k.Settings.Watch(ctx)
	var held *hold               // nil while the computer may sleep
	var release <-chan time.Time // while held, but nothing is sent; nil otherwise
	defer func() { held.end() }()
	onBattery := false
	for {
		allowed := allows(k.Settings.Get().Power.KeepAwake, onBattery)
		switch sending := Sending(k.Engine.Snapshot()); {
		case allowed && sending:
			release = nil
			if held == nil {
				held = startHold(ctx, k.KeepAwake)
			}
		case held != nil && !allowed:
			held.end()
			held, release = nil, nil
		case held != nil && release == nil:
			release = time.After(releaseDelay)
		}
		select {
		case _, open := <-updates:
			if !open {
				return
			}
		case <-changes:
		case onBattery = <-battery:
		case <-release:
			held.end()
			held, release = nil, nil
		case <-ctx.Done():
			return
		}
	}
}

// allows reports whether the setting lets uploads keep the computer awake.
func allows(choice settings.KeepAwake, onBattery bool) bool {
	return choice == settings.KeepAwakeAlways || choice == settings.KeepAwakePlugged && !onBattery
}

// hold is a function that keeps the computer awake, on its own goroutine.
type hold struct {
	cancel context.CancelFunc
	ended  chan struct{}
}

func startHold(ctx context.Context, keepAwake func(context.Context)) *hold {
	ctx, cancel := context.WithCancel(ctx)
	h := &hold{cancel: cancel, ended: make(chan struct{})}
	go func() {
		defer close(h.ended)
		keepAwake(ctx)
	}()
	return h
}

// end returns when the computer may sleep. On a nil hold it does nothing.
func (h *hold) end() {
	if h != nil {
		h.cancel()
		<-h.ended
	}
}
