// Package admission decides what may be sent to which server at the moment: by the
// user's settings and weekly schedule, by metered networks, by what the server's
// options allow, and by what the server refused or how it failed.
//
// A Control is a data structure: it starts no goroutine and reads no clock. Its methods
// belong to the engine's goroutine, except for the limits and the connection counts
// in a Bounds, which workers use from their goroutines.
package admission

import (
	"maps"
	"math"
	"sync/atomic"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/netx"
)

// MaxSmallFiles is how many small files are sent at the same time at most. Each of them
// waits for two responses, one after the other, and for its upload URL to be saved.
// firstSmallFiles is how many there are at first: a slow connection stalls if there are too
// many.
const (
	MaxSmallFiles   = 48
	firstSmallFiles = 16
)

// Control decides what may be sent at the moment.
type Control struct {
	settings      uploader.Settings // normalized
	total         *netx.Limiter     // over all servers
	smallFiles    int               // how many may be sent at the same time
	metered       bool              // the network is metered
	scheduledOff  bool              // the schedule allows nothing to be sent
	scheduleUntil time.Time         // when the schedule changes; zero: never

	servers map[uploader.ServerID]*server
	batches map[uploader.BatchID]*netx.Limiter
	stops   map[uploader.ServerID]serverStop
}

// server is what may be sent to one server.
type server struct {
	options     uploader.ServerOptions
	connections atomic.Int64 // parts of one file at the same time; read by workers
	limit       *netx.Limiter
	backoff     backoff
}

// serverStop keeps a server's transfers in the queue while each of them would meet the
// same fault. With an end it is a hold; without one the server is blocked.
type serverStop struct {
	until time.Time // zero: until the user acts
	fault *fault.Fault
}

func (s serverStop) needsUser() bool { return s.fault != nil && s.until.IsZero() }

// New makes a Control without servers.
func New(settings uploader.Settings, now time.Time) *Control {
	c := &Control{
		total:      netx.NewLimiter(0),
		smallFiles: firstSmallFiles,
		servers:    map[uploader.ServerID]*server{},
		batches:    map[uploader.BatchID]*netx.Limiter{},
		stops:      map[uploader.ServerID]serverStop{},
	}
	c.Configure(settings, now)
	return c
}

// Configure puts settings into effect.
func (c *Control) Configure(settings uploader.Settings, now time.Time) {
	c.settings = settings.Normalized()
	c.Update(now)
}

// Settings returns the settings in effect, normalized.
func (c *Control) Settings() uploader.Settings { return c.settings }

// SetMetered records whether the network is metered.
func (c *Control) SetMetered(metered bool) { c.metered = metered }

// SetServer adds a server or changes its options.
func (c *Control) SetServer(id uploader.ServerID, options uploader.ServerOptions) {
	s := c.servers[id]
	if s == nil {
		s = &server{limit: netx.NewLimiter(0)}
		c.servers[id] = s
	}
	s.options = options
	c.adjust(s)
}

// RemoveServer removes a server.
func (c *Control) RemoveServer(id uploader.ServerID) {
	delete(c.servers, id)
	delete(c.stops, id)
}

// RemoveBatch removes the limit of a batch.
func (c *Control) RemoveBatch(id uploader.BatchID) { delete(c.batches, id) }

// Update applies the settings and the schedule as of now to the limits.
func (c *Control) Update(now time.Time) {
	limit, until := c.settings.Schedule.At(now, c.settings.Limit)
	c.scheduledOff, c.scheduleUntil = limit == uploader.SendNothing, until.Round(0)
	c.total.Set(limit)
	for _, s := range c.servers {
		c.adjust(s)
	}
}

// ScheduleChanges returns when the schedule's limit changes; zero for never.
func (c *Control) ScheduleChanges() time.Time { return c.scheduleUntil }

func (c *Control) adjust(s *server) {
	connections := c.settings.Connections
	if s.options.Connections > 0 {
		connections = min(s.options.Connections, uploader.MaxConnections)
	}
	if s.backoff.max > 0 {
		connections = min(connections, s.backoff.max)
	}
	s.connections.Store(int64(connections))
	s.limit.Set(s.options.Limit)
}

func (c *Control) server(id uploader.ServerID) *server {
	if c.servers[id] == nil {
		c.SetServer(id, uploader.ServerOptions{})
	}
	return c.servers[id]
}

// MaxFiles returns how many files may be sent to a server at the same time by its
// options.
func (c *Control) MaxFiles(id uploader.ServerID) int {
	if n := c.server(id).options.MaxFiles; n > 0 {
		return n
	}
	return math.MaxInt
}

// SmallFiles returns how many small files may be sent at the same time at the moment.
func (c *Control) SmallFiles() int { return c.smallFiles }

// SmallFileSent records that a small file was uploaded. It reports whether SmallFiles
// changed: one more is sent at the same time, up to MaxSmallFiles.
func (c *Control) SmallFileSent() (changed bool) {
	before := c.smallFiles
	c.smallFiles = min(before+1, MaxSmallFiles)
	return c.smallFiles != before
}

// Capacity returns how many files may be sent to a server at the moment; 0 when it
// is held or blocked.
func (c *Control) Capacity(id uploader.ServerID) int {
	if _, held := c.Hold(id); held || c.stops[id].needsUser() {
		return 0
	}
	if limit := c.server(id).backoff.max; limit > 0 {
		return min(limit, c.MaxFiles(id))
	}
	return c.MaxFiles(id)
}

// Bounds are the limits of one worker. They follow later changes.
type Bounds struct {
	Limits         []*netx.Limiter // all of them apply
	Connections    func() int      // parts of the file that may be sent at the same time, right now
	PartsRequested bool            // the server's or the batch's options request parts
	Options        uploader.BatchOptions
}

// Bounds returns the limits for a transfer to a server; batch may be nil.
func (c *Control) Bounds(id uploader.ServerID, batch *uploader.Batch) Bounds {
	s := c.server(id)
	b := Bounds{
		Limits:         []*netx.Limiter{c.total, s.limit},
		Connections:    func() int { return int(s.connections.Load()) },
		PartsRequested: s.options.Connections > 0,
	}
	if batch == nil {
		return b
	}
	b.Options = batch.Options
	if n := batch.Options.Connections; n > 0 {
		b.Connections, b.PartsRequested = func() int { return n }, true
	}
	if batch.Options.Limit > 0 {
		b.Limits = append(b.Limits, c.batchLimit(batch))
	}
	return b
}

// batchLimit returns the limit that all workers of a batch share.
func (c *Control) batchLimit(b *uploader.Batch) *netx.Limiter {
	limit := c.batches[b.ID]
	if limit == nil {
		limit = netx.NewLimiter(b.Options.Limit)
		c.batches[b.ID] = limit
	}
	return limit
}

// Refused records that a server refused a request as one too many (429, 503) while so
// many transfers to it were running. It returns how many may run from now on, and
// whether that changed.
func (c *Control) Refused(id uploader.ServerID, running int, now time.Time) (limit int, changed bool) {
	s := c.server(id)
	running = max(running, int(s.connections.Load()))
	if changed = s.backoff.refused(running, now); changed {
		c.smallFiles = firstSmallFiles
		c.adjust(s)
	}
	return s.backoff.max, changed
}

// Slow records that one of so many small files under way to a server is sent at that
// rate. It returns how many files the server gets at most from now on, and whether
// that changed.
func (c *Control) Slow(id uploader.ServerID, underWay int, bytesPerSecond float64, now time.Time) (most int, changed bool) {
	s := c.server(id)
	if changed = s.backoff.slow(underWay, bytesPerSecond, now); changed {
		c.smallFiles = firstSmallFiles
		c.adjust(s)
	}
	return s.backoff.max, changed
}

// Accepted records that a server accepted data, which ends its hold. It returns how
// many transfers to it may run from now on (0: no limit), and whether that changed.
func (c *Control) Accepted(id uploader.ServerID, now time.Time) (limit int, changed bool) {
	if stop := c.stops[id]; !stop.until.IsZero() {
		delete(c.stops, id)
	}
	s := c.server(id)
	usual := max(c.settings.MaxFiles, MaxSmallFiles, c.settings.Connections)
	if changed = s.backoff.accepted(usual, now); changed {
		c.adjust(s)
	}
	return s.backoff.max, changed
}

// Block keeps a server's transfers in the queue until Unblock.
func (c *Control) Block(id uploader.ServerID, f *fault.Fault) {
	c.stops[id] = serverStop{fault: f}
}

// HoldUntil keeps a server's transfers in the queue until then, unless it is blocked.
func (c *Control) HoldUntil(id uploader.ServerID, f *fault.Fault, until time.Time) {
	if !c.stops[id].needsUser() {
		c.stops[id] = serverStop{until: until, fault: f}
	}
}

// Unblock unblocks a server and ends its hold.
func (c *Control) Unblock(id uploader.ServerID) { delete(c.stops, id) }

// EndExpiredHolds ends the holds of servers whose time is over.
func (c *Control) EndExpiredHolds(now time.Time) {
	maps.DeleteFunc(c.stops, func(_ uploader.ServerID, s serverStop) bool { return !s.until.IsZero() && !s.until.After(now) })
}

// EndServerHolds ends the holds of servers.
func (c *Control) EndServerHolds() {
	maps.DeleteFunc(c.stops, func(_ uploader.ServerID, s serverStop) bool { return !s.until.IsZero() })
}

// StopFault returns the fault for which a server is held or blocked, or nil.
func (c *Control) StopFault(id uploader.ServerID) *fault.Fault { return c.stops[id].fault }

// Blocked returns the servers that wait for the user, with the reason.
func (c *Control) Blocked() map[uploader.ServerID]*fault.Fault {
	blocked := map[uploader.ServerID]*fault.Fault{}
	for id, stop := range c.stops {
		if stop.needsUser() {
			blocked[id] = stop.fault
		}
	}
	return blocked
}

// Hold returns why nothing new is sent to a server, and whether that is so. The
// built-in receiver is not reached over a metered network.
func (c *Control) Hold(id uploader.ServerID) (uploader.Hold, bool) {
	if c.metered && c.settings.Metered == uploader.MeteredHold && id != uploader.BuiltinServer {
		return uploader.Hold{Reason: uploader.HeldByMetering}, true
	}
	if c.scheduledOff {
		return uploader.Hold{Reason: uploader.HeldBySchedule, Until: c.scheduleUntil}, true
	}
	if stop, ok := c.stops[id]; ok && !stop.needsUser() {
		return uploader.Hold{Reason: uploader.HeldByServer, Fault: stop.fault, Until: stop.until}, true
	}
	return uploader.Hold{}, false
}
