package worker

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// slowServer answers each probe after the next of its delays.
type slowServer struct {
	uploader.Protocol
	delays []time.Duration
}

func (s *slowServer) Probe(context.Context) (tus.Capabilities, error) {
	time.Sleep(s.delays[0]) // on the fake clock of synctest
	s.delays = s.delays[1:]
	return tus.Capabilities{}, nil
}

func TestLatencyEstimateUsesFastestResponse(t *testing.T) {
	for _, c := range []struct {
		name   string
		delays []time.Duration
		want   bool
	}{
		{"one fast response", []time.Duration{time.Millisecond}, false},
		{"slow then fast response", []time.Duration{50 * time.Millisecond, 5 * time.Millisecond}, false},
		{"two slow responses", []time.Duration{60 * time.Millisecond, 20 * time.Millisecond}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &slowServer{delays: c.delays}
				r := NewRemote(uploader.Server{}, server)
				for range 3 {
					if got, err := r.highLatency(t.Context()); got != c.want || err != nil {
						t.Errorf("high latency %v, %v; want %v", got, err, c.want)
					}
				}
				if len(server.delays) > 0 {
					t.Errorf("%d probes too few", len(server.delays))
				}
			})
		})
	}
}

// changingServer answers each probe with the next of its capabilities, and counts the
// uploads that it was asked to delete.
type changingServer struct {
	uploader.Protocol
	caps    []tus.Capabilities
	deleted int
}

func (s *changingServer) Probe(context.Context) (tus.Capabilities, error) {
	caps := s.caps[0]
	s.caps = s.caps[1:]
	return caps, nil
}

func (s *changingServer) Terminate(context.Context, string) error {
	s.deleted++
	return nil
}

func TestC14UnknownCapabilitiesAreAskedForAgain(t *testing.T) {
	known := tus.Capabilities{Known: true, Extensions: []string{tus.Concatenation}}
	for _, c := range []struct {
		name   string
		first  tus.Capabilities
		after  time.Duration
		want   tus.Capabilities
		probes int
	}{
		{"unknown, at once", tus.Capabilities{}, 0, tus.Capabilities{}, 1},
		{"unknown, within a minute", tus.Capabilities{}, time.Minute - 1, tus.Capabilities{}, 1},
		{"unknown, after a minute", tus.Capabilities{}, time.Minute, known, 2},
		{"known, after a day", known, 24 * time.Hour, known, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &changingServer{caps: []tus.Capabilities{c.first, known}}
				r := NewRemote(uploader.Server{}, server)
				if _, err := r.Capabilities(t.Context()); err != nil {
					t.Fatal(err)
				}
				time.Sleep(c.after)
				got, err := r.Capabilities(t.Context())
				if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
					t.Errorf("%v (-want +got):\n%s", err, diff)
				}
				if probes := 2 - len(server.caps); probes != c.probes {
					t.Errorf("%d probes, want %d", probes, c.probes)
				}
			})
		})
	}
}

func TestT1DeleteUnlessServerDoesNotOfferTermination(t *testing.T) {
	for _, c := range []struct {
		name    string
		caps    tus.Capabilities
		want    error
		deleted int
	}{
		{"offered", tus.Capabilities{Known: true, Extensions: []string{tus.Termination}}, nil, 1},
		{"not offered", tus.Capabilities{Known: true}, ErrNotDeleted, 0},
		{"capabilities unknown", tus.Capabilities{}, nil, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := &changingServer{caps: []tus.Capabilities{c.caps}}
			err := NewRemote(uploader.Server{}, server).Terminate(t.Context(), Deletion{URL: "https://uploads.example/files/1"})
			if !errors.Is(err, c.want) || server.deleted != c.deleted {
				t.Errorf("%v, %d DELETE requests; want %v, %d", err, server.deleted, c.want, c.deleted)
			}
		})
	}
}

// hidingServer responds with 404 to the deletions of an upload until it is that old, and then
// has it or not.
type hidingServer struct {
	uploader.Protocol
	until   time.Time
	has     bool
	asked   int
	deleted bool
}

func (s *hidingServer) Probe(context.Context) (tus.Capabilities, error) {
	return tus.Capabilities{Known: true, Extensions: []string{tus.Termination}}, nil
}

func (s *hidingServer) Terminate(context.Context, string) error {
	s.asked++
	if s.deleted = s.has && !time.Now().Before(s.until); s.deleted {
		return nil
	}
	return &fault.Fault{Kind: fault.Gone, Op: fault.Terminate, Status: 404}
}

func TestT2DeletionOfMissingUploadSucceeds(t *testing.T) {
	server := &hidingServer{}
	if err := NewRemote(uploader.Server{}, server).Terminate(t.Context(), Deletion{URL: "https://uploads.example/files/1"}); err != nil || server.asked != 1 {
		t.Errorf("%v, %d DELETE requests, want 1", err, server.asked)
	}
}

// TestC21NewUploadIsNotBelievedToBeDeleted cancels an upload on a server that does not show
// it yet, or does not have it any more.
func TestC21NewUploadIsNotBelievedToBeDeleted(t *testing.T) {
	for _, c := range []struct {
		name      string
		hidden    time.Duration
		has       bool
		confirmed bool
		asked     int
		took      time.Duration
		deleted   bool
	}{
		{"visible at once", 0, true, false, 1, 0, true},
		{"hidden for five seconds", 5 * time.Second, true, false, 4, 6250 * time.Millisecond, true},
		{"not on the server", 0, false, false, 6, 30 * time.Second, false},
		{"not on the server, confirmed before", 0, false, true, 1, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				server := &hidingServer{until: began.Add(c.hidden), has: c.has}
				upload := Deletion{URL: "https://uploads.example/files/1", Unconfirmed: createdNow()}
				if c.confirmed {
					upload.Unconfirmed = 0
				}
				if err := NewRemote(uploader.Server{}, server).Terminate(t.Context(), upload); err != nil {
					t.Error(err)
				}
				if took := time.Since(began); server.asked != c.asked || took != c.took || server.deleted != c.deleted {
					t.Errorf("asked %d times in %v, deleted: %v; want %d, %v, %v", server.asked, took, server.deleted, c.asked, c.took, c.deleted)
				}
			})
		})
	}
}
