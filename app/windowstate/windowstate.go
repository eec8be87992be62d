// Package windowstate keeps the state of a profile's window: its size and place, the
// chosen destination, what is open and selected, and which explanations were shown. A restarted
// Ferry shows the window as it was.
//
// A [Current] holds the state of one profile and saves changes in the background. Reading
// never fails: without a saved state, or with one that cannot be read, the window is as at
// the first start.
package windowstate

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/ferryapp/ferry/app/savedvalue"
	"github.com/ferryapp/ferry/uploader"
)

// storeKey is the key of the state in the store.
const storeKey = "window"

// saveDelay is how long changes are collected: while the window is resized, its size
// changes with every frame.
const saveDelay = 300 * time.Millisecond

// MaxSelected is how many selected rows are kept. A larger selection is not.
const MaxSelected = 1000

// State is the state of a window. The zero value is that of the first start.
type State struct {
	Destination   uploader.ServerID `json:"destination,omitempty"` // 0: none was chosen
	HideExplained bool              `json:"hideExplained,omitempty"`
	Release       string            `json:"release,omitempty"` // the release whose changes the user knows of, such as "0.2.0"; "": 0.1.0, which did not save it

	Folders map[uploader.ServerID]string `json:"folders,omitempty"` // on servers, that were given last for what was added

	Size          Size                `json:"size,omitzero"`      // while it is not maximised
	Position      *Position           `json:"position,omitempty"` // the same; nil: not known
	Maximized     bool                `json:"maximized,omitempty"`
	Sort          string              `json:"sort,omitempty"` // the order of the list, see view.Sort; "": that of the queue
	OpenBatches   []uploader.BatchID  `json:"open,omitempty"`
	Selected      []int64             `json:"selected,omitempty"`      // IDs of rows, see transferlist.List; at most MaxSelected
	Details       uploader.TransferID `json:"details,omitempty"`       // shown in the details; 0: they are closed, or show DetailsOfRows
	DetailsOfRows bool                `json:"detailsOfRows,omitempty"` // the details show all that is selected
}

// Size is the size of a window, in the toolkit's units.
type Size struct {
	Width  float32 `json:"width"`
	Height float32 `json:"height"`
}

// Position is that of the upper left corner of a window, in the system's screen coordinates.
type Position struct {
	X int `json:"x"`
	Y int `json:"y"`
}

// maxSize is the largest width, height and distance from the screen's origin that is accepted.
const maxSize = 100_000

// valid reports whether a window may have the position.
func (p Position) valid() bool {
	return min(p.X, p.Y) >= -maxSize && max(p.X, p.Y) <= maxSize
}

// valid reports whether a window may have the size.
func (s Size) valid() bool {
	return s.Width > 0 && s.Width <= maxSize && s.Height > 0 && s.Height <= maxSize
}

// Parse parses a saved state. Nothing saved is the zero State.
func Parse(saved json.RawMessage) (State, error) {
	var s State
	if len(saved) == 0 {
		return s, nil
	}
	if err := json.Unmarshal(saved, &s); err != nil {
		return State{}, fmt.Errorf("parse window state: %w", err)
	}
	if !s.Size.valid() {
		s.Size = Size{}
	}
	if s.Position != nil && !s.Position.valid() {
		s.Position = nil
	}
	if len(s.Selected) > MaxSelected {
		s.Selected = nil
	}
	return s, nil
}

// clone returns a deep copy.
func (s State) clone() State {
	s.OpenBatches, s.Selected = slices.Clone(s.OpenBatches), slices.Clone(s.Selected)
	s.Folders = maps.Clone(s.Folders)
	if s.Position != nil {
		position := *s.Position
		s.Position = &position
	}
	return s
}

// SamePlacement reports whether the window is at the same place in both states.
func (s State) SamePlacement(other State) bool {
	return s.Size == other.Size && s.Maximized == other.Maximized && (s.Position == nil) == (other.Position == nil) &&
		(s.Position == nil || *s.Position == *other.Position)
}

// SaveFirst saves the state of a new profile, which release created. It blocks.
func SaveFirst(ctx context.Context, store savedvalue.Store, release string) error {
	text, err := json.Marshal(State{Release: release})
	if err != nil {
		return fmt.Errorf("save window state: %w", err)
	}
	return store.SaveSetting(ctx, storeKey, text)
}

// Current holds the current state of the window. Its methods may be called from any
// goroutine. Only [Open] and Run block on the disk.
type Current struct {
	saver *savedvalue.Saver
	saved bool // the profile had a state when it was opened

	mu    sync.Mutex
	state State
}

// Open reads the state. If that fails it logs the error and begins with the zero State.
func Open(ctx context.Context, store savedvalue.Store, log *slog.Logger) *Current {
	saved, err := store.Setting(ctx, storeKey)
	if err != nil {
		log.Warn("window state not read", "err", err)
	}
	state, err := Parse(saved)
	if err != nil {
		log.Warn("window state is invalid", "err", err)
	}
	c := &Current{state: state, saved: len(saved) > 0}
	c.saver = savedvalue.New(store, storeKey, log, saveDelay, func() (json.RawMessage, error) { return json.Marshal(c.Get()) })
	return c
}

// Saved reports whether the profile had a state when it was opened.
func (c *Current) Saved() bool { return c.saved }

// Get returns a copy of the current state.
func (c *Current) Get() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state.clone()
}

// Update changes the state and makes Run save it. change must not call c's methods.
func (c *Current) Update(change func(*State)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	next := c.state.clone()
	change(&next)
	c.state = next
	c.saver.Changed()
}

// Run saves changes until ctx is done, then those not saved yet. It returns the error
// of that last save.
func (c *Current) Run(ctx context.Context) error { return c.saver.Run(ctx) }
