package retry_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/retry"
)

func TestEveryKindHasItsAction(t *testing.T) {
	again := map[fault.Kind]bool{
		fault.Offline: true, fault.Unreachable: true, fault.Transient: true, fault.Busy: true,
		fault.Conflict: true, fault.SourceBusy: true,
	}
	for _, kind := range fault.Kinds() {
		t.Run(kind.String(), func(t *testing.T) {
			got := retry.Decide(&fault.Fault{Kind: kind, Op: fault.Create}, 0, 0.5)
			if got.Again != again[kind] {
				t.Errorf("tries again: %v, want %v", got.Again, again[kind])
			}
		})
	}
}

func TestWaits(t *testing.T) {
	for _, c := range []struct {
		name    string
		fault   fault.Fault
		attempt int
		random  float64
		want    retry.Decision
	}{
		{"the first wait is within a second", fault.Fault{Kind: fault.Transient}, 0, 0.5, retry.Decision{Again: true, Delay: 500 * time.Millisecond, Count: true}},
		{"waits double", fault.Fault{Kind: fault.Transient}, 3, 0.5, retry.Decision{Again: true, Delay: 4 * time.Second, Count: true}},
		{"waits end growing at two minutes", fault.Fault{Kind: fault.Transient}, 1000, 0.5, retry.Decision{Again: true, Delay: time.Minute, Count: true}},
		{"a server that is away is asked more often", fault.Fault{Kind: fault.Unreachable}, 1000, 0.5, retry.Decision{Again: true, Delay: 10 * time.Second, Count: true}},
		{"a busy server gets five", fault.Fault{Kind: fault.Busy}, 1000, 0.5, retry.Decision{Again: true, Delay: 150 * time.Second, Count: true}},
		{"Retry-After is obeyed to the second", fault.Fault{Kind: fault.Busy, RetryAfter: 90 * time.Second}, 0, 0.1, retry.Decision{Again: true, Delay: 90 * time.Second, Count: true}},
		{"Retry-After is bounded", fault.Fault{Kind: fault.Busy, RetryAfter: 9000 * time.Hour}, 0, 0.1, retry.Decision{Again: true, Delay: time.Hour, Count: true}},
		{"being offline does not count", fault.Fault{Kind: fault.Offline}, 7, 0.9, retry.Decision{Again: true, Delay: 5 * time.Second}},
		{"a conflict is settled at once", fault.Fault{Kind: fault.Conflict}, 0, 0.9, retry.Decision{Again: true, Count: true}},
		{"a server that keeps contradicting itself waits like any other", fault.Fault{Kind: fault.Conflict}, 3, 0.5, retry.Decision{Again: true, Delay: 4 * time.Second, Count: true}},
		{"gone on PATCH asks HEAD first", fault.Fault{Kind: fault.Gone, Op: fault.Patch}, 0, 0.9, retry.Decision{Again: true, Count: true}},
		{"a HEAD that fails without a word may do better", fault.Fault{Kind: fault.Refused, Op: fault.Head, Status: 400}, 0, 0.5, retry.Decision{Again: true, Delay: 500 * time.Millisecond, Count: true}},
		{"but not for ever", fault.Fault{Kind: fault.Refused, Op: fault.Head, Status: 400}, 5, 0.5, retry.Decision{}},
		{"gone on HEAD is gone", fault.Fault{Kind: fault.Gone, Op: fault.Head}, 0, 0.9, retry.Decision{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := retry.Decide(&c.fault, c.attempt, c.random); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestNoWaitIsEndless(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := &fault.Fault{
			Kind:       rapid.SampledFrom(fault.Kinds()).Draw(t, "kind"),
			RetryAfter: time.Duration(rapid.Int64().Draw(t, "retry-after")),
		}
		got := retry.Decide(f, rapid.IntRange(0, 1<<40).Draw(t, "attempt"), rapid.Float64Range(0, 0.999).Draw(t, "random"))
		if got.Delay < 0 || got.Delay > time.Hour {
			t.Fatalf("%+v waits %v", f, got.Delay)
		}
	})
}

func TestAStrangerInTheServersPlaceIsGivenTime(t *testing.T) {
	for name, c := range map[string]struct {
		op      fault.Op
		attempt int
		again   bool
	}{
		"an upload that is there":                {fault.Head, 0, true},
		"bytes on their way":                     {fault.Patch, 4, true},
		"but not for ever":                       {fault.Head, 5, false},
		"an address where nothing was ever made": {fault.Create, 0, false},
		"a server that is only asked":            {fault.Probe, 0, false},
	} {
		got := retry.Decide(&fault.Fault{Kind: fault.NotTus, Op: c.op}, c.attempt, 0.5)
		if got.Again != c.again || got.Again && (!got.Count || got.Delay == 0) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
