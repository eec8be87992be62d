package uploadtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// ErrStore is wrapped by every injected failure.
var ErrStore = errors.New("injected store failure")

// Store is an in-memory [uploader.Store]. It outlives the engines that use it and
// loses what a database loses: fractions of milliseconds and the wrapped error of
// a fault. It is safe for concurrent use.
type Store struct {
	mu          sync.Mutex
	transfers   map[uploader.TransferID]uploader.Transfer
	history     map[uploader.TransferID]uploader.Transfer
	batches     map[uploader.BatchID]uploader.Batch
	servers     map[uploader.ServerID]uploader.Server
	cookies     map[uploader.ServerID]string
	proofs      map[uploader.TransferID]source.Proof
	parts       map[uploader.TransferID]map[int]uploader.Part
	events      map[uploader.TransferID][]uploader.Event
	commands    map[uploader.CommandID]uploader.SavedCommand
	applied     map[uploader.TransferID]uploader.CommandID
	lastID      uploader.TransferID
	lastServer  uploader.ServerID
	lastCommand uploader.CommandID
	accesses    int
	fails       func(access int) bool
	failSave    func(*uploader.Transfer) bool
}

// NewStore returns the store of a new profile, with only the built-in server.
func NewStore() *Store {
	return &Store{
		transfers:  map[uploader.TransferID]uploader.Transfer{},
		history:    map[uploader.TransferID]uploader.Transfer{},
		batches:    map[uploader.BatchID]uploader.Batch{},
		servers:    map[uploader.ServerID]uploader.Server{uploader.BuiltinServer: {ID: uploader.BuiltinServer, Name: "This computer"}},
		cookies:    map[uploader.ServerID]string{},
		proofs:     map[uploader.TransferID]source.Proof{},
		parts:      map[uploader.TransferID]map[int]uploader.Part{},
		events:     map[uploader.TransferID][]uploader.Event{},
		commands:   map[uploader.CommandID]uploader.SavedCommand{},
		applied:    map[uploader.TransferID]uploader.CommandID{},
		lastServer: uploader.BuiltinServer,
		fails:      func(int) bool { return false },
		failSave:   func(*uploader.Transfer) bool { return false },
	}
}

// FailOn makes the n-th access from now fail without a change, counted from 1; 0
// disables failures.
func (s *Store) FailOn(n int) { s.failWhen(func(access int) bool { return access == n }) }

// FailFrom makes the n-th access from now and all later ones fail.
func (s *Store) FailFrom(n int) { s.failWhen(func(access int) bool { return access >= n }) }

// FailSaves makes every save of a matching transfer fail; nil matches none.
func (s *Store) FailSaves(match func(*uploader.Transfer) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if match == nil {
		match = func(*uploader.Transfer) bool { return false }
	}
	s.failSave = match
}

func (s *Store) failWhen(fails func(access int) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accesses, s.fails = 0, fails
}

// Accesses returns the number of accesses since the last call of FailOn or FailFrom.
func (s *Store) Accesses() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accesses
}

// access counts an access and returns its error. The caller holds s.mu.
func (s *Store) access(ctx context.Context, op fault.Op) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.accesses++
	if s.fails(s.accesses) {
		return fault.New(fault.LocalDisk, op, ErrStore)
	}
	return nil
}

// Servers implements uploader.Store.
func (s *Store) Servers(ctx context.Context) ([]uploader.Server, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.access(ctx, fault.Load); err != nil {
		return nil, err
	}
	return sortedByKey(s.servers), nil
}

// Load implements uploader.Store.
func (s *Store) Load(ctx context.Context) (uploader.Saved, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.access(ctx, fault.Load); err != nil {
		return uploader.Saved{}, err
	}
	return s.load(s.transfers), nil
}

// LoadFirst implements uploader.Store.
func (s *Store) LoadFirst(ctx context.Context, limit int) (uploader.Saved, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.access(ctx, fault.Load); err != nil {
		return uploader.Saved{}, err
	}
	if len(s.transfers) <= limit {
		return s.load(s.transfers), nil
	}
	saved := s.load(s.first(limit))
	saved.Partial = true
	maps.DeleteFunc(saved.Applied, func(id uploader.TransferID, _ uploader.CommandID) bool { return saved.Transfers.Find(id) == nil })
	return saved, nil
}

// first returns the transfers of LoadFirst.
func (s *Store) first(limit int) map[uploader.TransferID]uploader.Transfer {
	type failure struct {
		server uploader.ServerID
		kind   fault.Kind
		code   string
		op     fault.Op
		status int
	}
	first, failures := map[uploader.TransferID]uploader.Transfer{}, map[failure]bool{}
	for _, t := range s.load(s.transfers).Transfers.All() {
		f := t.Fault
		if f == nil {
			f = &fault.Fault{}
		}
		failed := failure{t.Server, f.Kind, f.Code, f.Op, f.Status}
		switch {
		case t.Session.Begun() && t.Phase != uploader.PhaseDone && t.Phase != uploader.PhaseCancelled:
			first[t.ID] = *t
		case t.Phase == uploader.PhaseFailed && t.Intent != uploader.IntentRemove && !failures[failed]:
			failures[failed], first[t.ID] = true, *t
		case t.Intent == uploader.IntentRun && !t.Phase.Final() && limit > 0:
			limit--
			first[t.ID] = *t
		}
	}
	return first
}

// load returns everything saved, of the transfers only those given. The caller holds s.mu.
func (s *Store) load(of map[uploader.TransferID]uploader.Transfer) uploader.Saved {
	var transfers uploader.RowsBuilder
	for _, t := range sortedByKey(of) {
		transfers.Add(t)
	}
	saved := uploader.Saved{
		Transfers:   transfers.Rows(),
		Servers:     sortedByKey(s.servers),
		Cookies:     maps.Clone(s.cookies),
		NextID:      s.lastID + 1,
		NextServer:  s.lastServer + 1,
		Commands:    sortedByKey(s.commands),
		LastCommand: s.lastCommand,
	}
	if len(saved.Commands) > 0 {
		saved.Applied = maps.Clone(s.applied)
	}
	for _, b := range sortedByKey(s.batches) {
		b.Roots, b.Supersedes = slices.Clone(b.Roots), slices.Clone(b.Supersedes)
		saved.Batches = append(saved.Batches, b)
	}
	saved.Sort()
	return saved
}

// Save implements uploader.Store.
func (s *Store) Save(ctx context.Context, changes uploader.Changes) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.access(ctx, fault.Save); err != nil {
		return err
	}
	if err := validate(changes); err != nil {
		return err
	}
	if slices.ContainsFunc(changes.Transfers, s.failSave) || slices.ContainsFunc(changes.Statuses, s.failSave) {
		return fault.New(fault.LocalDisk, fault.Save, ErrStore)
	}
	for id, marks := range changes.Proofs {
		s.proofs[id] = s.proofs[id].Replace(marks)
	}
	for id, parts := range changes.Parts {
		if s.parts[id] == nil {
			s.parts[id] = map[int]uploader.Part{}
		}
		for _, p := range parts {
			p.Expires = truncateTime(p.Expires)
			s.parts[id][p.Index] = p
		}
	}
	for id, events := range changes.Events {
		s.appendEvents(id, events)
	}
	for id, before := range changes.Before {
		if saved, known := s.transfers[id]; known && !reflect.DeepEqual(saved, stored(before)) {
			panic(fmt.Sprintf("transfer %d is saved as %+v, Before has %+v", id, saved, stored(before)))
		}
	}
	for _, t := range changes.Transfers {
		s.saveTransfer(t, changes.Applied)
	}
	for _, t := range changes.Statuses {
		saved, known := s.transfers[t.ID]
		if next := stored(t); known && !uploader.OnlyStatusDiffers(&saved, &next) {
			panic(fmt.Sprintf("transfer %d is saved as %+v, Statuses has %+v", t.ID, saved, next))
		}
		s.saveTransfer(t, changes.Applied)
	}
	s.saveCommands(changes.Commands, changes.DoneCommands)
	for _, b := range changes.Batches {
		b.Roots, b.Supersedes, b.Added = slices.Clone(b.Roots), slices.Clone(b.Supersedes), truncateTime(b.Added)
		s.batches[b.ID] = b
	}
	for _, server := range changes.Servers {
		s.servers[server.ID] = server
		s.lastServer = max(s.lastServer, server.ID)
	}
	for id, cookies := range changes.Cookies {
		if s.cookies[id] = cookies; cookies == "" {
			delete(s.cookies, id)
		}
	}
	s.saveHistory(changes)
	for _, id := range changes.RemovedTransfers {
		delete(s.transfers, id)
		delete(s.proofs, id)
		delete(s.parts, id)
		delete(s.events, id)
		delete(s.applied, id)
	}
	for _, id := range changes.RemovedBatches {
		delete(s.batches, id)
	}
	for _, id := range changes.RemovedServers {
		delete(s.servers, id)
		delete(s.cookies, id)
	}
	return nil
}

func (s *Store) saveTransfer(t *uploader.Transfer, applied uploader.CommandID) {
	s.transfers[t.ID] = stored(t)
	s.applied[t.ID] = applied
	s.lastID = max(s.lastID, t.ID)
	if t.Phase == uploader.PhaseDone || t.Session.URL == "" && t.Session.Parts == 0 {
		delete(s.proofs, t.ID)
	}
	if t.Phase == uploader.PhaseDone || t.Session.Parts == 0 {
		delete(s.parts, t.ID)
	}
}

func (s *Store) saveCommands(commands []uploader.SavedCommand, done uploader.CommandID) {
	for _, c := range commands {
		c.Target.IDs = slices.Clone(c.Target.IDs)
		s.commands[c.ID] = c
		s.lastCommand = max(s.lastCommand, c.ID)
	}
	maps.DeleteFunc(s.commands, func(id uploader.CommandID, _ uploader.SavedCommand) bool { return id <= done })
}

// validate returns the error for changes that no store accepts.
func validate(changes uploader.Changes) error {
	for _, t := range slices.Concat(changes.Transfers, changes.Statuses, changes.History) {
		if t.ID <= 0 {
			return fault.Newf(fault.LocalDisk, fault.Save, "invalid transfer ID %d", t.ID)
		}
	}
	if slices.Contains(changes.RemovedServers, uploader.BuiltinServer) {
		return fault.Newf(fault.LocalDisk, fault.Save, "the built-in server cannot be removed")
	}
	return nil
}

// FindPreviousInHistory implements uploader.Store.
func (s *Store) FindPreviousInHistory(ctx context.Context, fingerprints []string) (map[string][]uploader.Transfer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.access(ctx, fault.Load); err != nil {
		return nil, err
	}
	found := map[string][]uploader.Transfer{}
	for _, t := range sortedByKey(s.history) {
		if t.Fingerprint != "" && slices.Contains(fingerprints, t.Fingerprint) {
			found[t.Fingerprint] = append(found[t.Fingerprint], t)
		}
	}
	return found, nil
}

// Proof implements uploader.Store.
func (s *Store) Proof(ctx context.Context, id uploader.TransferID) (source.Proof, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.access(ctx, fault.Load); err != nil {
		return nil, err
	}
	return slices.Clone(s.proofs[id]), nil
}

// Parts implements uploader.Store.
func (s *Store) Parts(ctx context.Context, id uploader.TransferID) ([]uploader.Part, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.access(ctx, fault.Load); err != nil {
		return nil, err
	}
	return sortedByKey(s.parts[id]), nil
}

func (s *Store) appendEvents(id uploader.TransferID, events []uploader.Event) {
	all := slices.Clip(s.events[id])
	for _, e := range events {
		e.At, e.Until, e.Fault = truncateTime(e.At), truncateTime(e.Until), storedFault(e.Fault)
		all = append(all, e)
	}
	s.events[id] = all[max(0, len(all)-uploader.MaxEvents):]
}

// Events implements uploader.Store.
func (s *Store) Events(ctx context.Context, id uploader.TransferID) ([]uploader.Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.access(ctx, fault.Load); err != nil {
		return nil, err
	}
	return slices.Clone(s.events[id]), nil
}

// stored returns t as a database returns it.
func stored(t *uploader.Transfer) uploader.Transfer {
	k := *t
	k.Source.ModTime = k.Source.ModTime.Round(0)
	k.ActiveTime = k.ActiveTime.Truncate(time.Millisecond)
	k.Fault = storedFault(t.Fault)
	return k
}

// storedFault drops the wrapped error.
func storedFault(f *fault.Fault) *fault.Fault {
	if f == nil {
		return nil
	}
	return &fault.Fault{
		Kind: f.Kind, Op: f.Op, Status: f.Status, Code: f.Code, Detail: f.Detail,
		RetryAfter: f.RetryAfter.Truncate(time.Millisecond), ServerMessage: f.ServerMessage,
	}
}

// truncateTime drops the monotonic clock and fractions of milliseconds.
func truncateTime(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return time.UnixMilli(t.UnixMilli())
}

// pointers returns pointers to the elements.
func pointers[V any](all []V) []*V {
	to := make([]*V, len(all))
	for i := range all {
		to[i] = &all[i]
	}
	return to
}

func sortedByKey[K cmp.Ordered, V any](m map[K]V) []V {
	all := make([]V, 0, len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		all = append(all, m[key])
	}
	return all
}
