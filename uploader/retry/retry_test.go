package retry_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/retry"
)

func TestDecideForEveryKind(t *testing.T) {
	retried := map[fault.Kind]bool{
		fault.Offline: true, fault.Unreachable: true, fault.Transient: true, fault.Busy: true,
		fault.Conflict: true, fault.SourceBusy: true,
	}
	for _, kind := range fault.Kinds() {
		t.Run(kind.String(), func(t *testing.T) {
			got := retry.Decide(&fault.Fault{Kind: kind, Op: fault.Create}, 0, 0.5)
			if got.Retry != retried[kind] {
				t.Errorf("retry = %v, want %v", got.Retry, retried[kind])
			}
		})
	}
}

func TestDecide(t *testing.T) {
	for _, c := range []struct {
		name    string
		fault   fault.Fault
		attempt int
		random  float64
		want    retry.Decision
	}{
		{"first delay is at most one second", fault.Fault{Kind: fault.Transient}, 0, 0.5, retry.Decision{Retry: true, Delay: 500 * time.Millisecond, CountAttempt: true}},
		{"delays double", fault.Fault{Kind: fault.Transient}, 3, 0.5, retry.Decision{Retry: true, Delay: 4 * time.Second, CountAttempt: true}},
		{"delay limit is two minutes", fault.Fault{Kind: fault.Transient}, 1000, 0.5, retry.Decision{Retry: true, Delay: time.Minute, CountAttempt: true}},
		{"delay limit of an unreachable server is 20 seconds", fault.Fault{Kind: fault.Unreachable}, 1000, 0.5, retry.Decision{Retry: true, Delay: 10 * time.Second, CountAttempt: true}},
		{"delay limit of a busy server is five minutes", fault.Fault{Kind: fault.Busy}, 1000, 0.5, retry.Decision{Retry: true, Delay: 150 * time.Second, CountAttempt: true}},
		{"Retry-After is used exactly", fault.Fault{Kind: fault.Busy, RetryAfter: 90 * time.Second}, 0, 0.1, retry.Decision{Retry: true, Delay: 90 * time.Second, CountAttempt: true}},
		{"Retry-After is limited", fault.Fault{Kind: fault.Busy, RetryAfter: 9000 * time.Hour}, 0, 0.1, retry.Decision{Retry: true, Delay: time.Hour, CountAttempt: true}},
		{"offline does not count as an attempt", fault.Fault{Kind: fault.Offline}, 7, 0.9, retry.Decision{Retry: true, Delay: 5 * time.Second}},
		{"first conflict is retried at once", fault.Fault{Kind: fault.Conflict}, 0, 0.9, retry.Decision{Retry: true, CountAttempt: true}},
		{"repeated conflict is retried with backoff", fault.Fault{Kind: fault.Conflict}, 3, 0.5, retry.Decision{Retry: true, Delay: 4 * time.Second, CountAttempt: true}},
		{"gone on PATCH is retried at once", fault.Fault{Kind: fault.Gone, Op: fault.Patch}, 0, 0.9, retry.Decision{Retry: true, CountAttempt: true}},
		{"HEAD 400 is retried", fault.Fault{Kind: fault.Refused, Op: fault.Head, Status: 400}, 0, 0.5, retry.Decision{Retry: true, Delay: 500 * time.Millisecond, CountAttempt: true}},
		{"HEAD 400 stops after five attempts", fault.Fault{Kind: fault.Refused, Op: fault.Head, Status: 400}, 5, 0.5, retry.Decision{}},
		{"folder of the receiver is retried", fault.Fault{Kind: fault.LocalDisk, Op: fault.Create, Code: fault.CodeReceiverDisk}, 2, 0.5, retry.Decision{Retry: true, Delay: 2 * time.Second, CountAttempt: true}},
		{"folder of the receiver stops after three attempts", fault.Fault{Kind: fault.LocalDisk, Op: fault.Create, Code: fault.CodeReceiverDisk}, 3, 0.5, retry.Decision{}},
		{"full disk of the receiver stops", fault.Fault{Kind: fault.LocalDisk, Op: fault.Create, Code: fault.CodeReceiverFull}, 0, 0.5, retry.Decision{}},
		{"read error is retried", fault.Fault{Kind: fault.LocalDisk, Op: fault.Read}, 2, 0.5, retry.Decision{Retry: true, Delay: 2 * time.Second, CountAttempt: true}},
		{"read error stops after three attempts", fault.Fault{Kind: fault.LocalDisk, Op: fault.Read}, 3, 0.5, retry.Decision{}},
		{"missing drive is retried", fault.Fault{Kind: fault.SourceBusy, Op: fault.Stat, Code: fault.CodeDriveMissing}, 1000, 0.5, retry.Decision{Retry: true, Delay: 10 * time.Second, CountAttempt: true}},
		{"file that ends early stops", *fault.NewEndsEarly(1, 2), 0, 0.5, retry.Decision{}},
		{"parts that cannot be joined are retried with backoff", fault.Fault{Kind: fault.Gone, Op: fault.Concat}, 1, 0.5, retry.Decision{Retry: true, Delay: time.Second, CountAttempt: true}},
		{"parts that cannot be joined stop after five attempts", fault.Fault{Kind: fault.Gone, Op: fault.Concat}, 5, 0.5, retry.Decision{}},
		{"new upload that is not visible does not count as an attempt", fault.Fault{Kind: fault.Transient, Op: fault.Head, Code: fault.CodeUploadNotVisible, RetryAfter: 4 * time.Second}, 3, 0.5, retry.Decision{Retry: true, Delay: 4 * time.Second}},
		{"gone on HEAD stops", fault.Fault{Kind: fault.Gone, Op: fault.Head}, 0, 0.9, retry.Decision{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := retry.Decide(&c.fault, c.attempt, c.random); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestDelayIsAtMostOneHour(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := &fault.Fault{
			Kind:       rapid.SampledFrom(fault.Kinds()).Draw(t, "kind"),
			RetryAfter: time.Duration(rapid.Int64().Draw(t, "retry-after")),
		}
		got := retry.Decide(f, rapid.IntRange(0, 1<<40).Draw(t, "attempt"), rapid.Float64Range(0, 0.999).Draw(t, "random"))
		if got.Delay < 0 || got.Delay > time.Hour {
			t.Fatalf("%+v: delay %v", f, got.Delay)
		}
	})
}

func TestNotTusIsRetriedForExistingUploads(t *testing.T) {
	for name, c := range map[string]struct {
		op      fault.Op
		attempt int
		retried bool
	}{
		"HEAD, first attempt":  {fault.Head, 0, true},
		"PATCH, fifth attempt": {fault.Patch, 4, true},
		"HEAD, sixth attempt":  {fault.Head, 5, false},
		"create":               {fault.Create, 0, false},
		"probe":                {fault.Probe, 0, false},
	} {
		got := retry.Decide(&fault.Fault{Kind: fault.NotTus, Op: c.op}, c.attempt, 0.5)
		if got.Retry != c.retried || got.Retry && (!got.CountAttempt || got.Delay == 0) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestAwaitNewUpload(t *testing.T) {
	for _, c := range []struct {
		name  string
		kind  fault.Kind
		op    fault.Op
		age   time.Duration
		wait  time.Duration
		again bool
	}{
		{"PATCH right after the creation", fault.Gone, fault.Patch, 0, time.Second, true},
		{"HEAD right after the creation", fault.Gone, fault.Head, 100 * time.Millisecond, time.Second, true},
		{"waits grow with the age", fault.Gone, fault.Head, 4 * time.Second, 6 * time.Second, true},
		{"last wait ends when the upload is 30 seconds old", fault.Gone, fault.Head, 16 * time.Second, 14 * time.Second, true},
		{"after 30 seconds it is final", fault.Gone, fault.Head, 30 * time.Second, 0, false},
		{"clock was set back", fault.Gone, fault.Head, -time.Second, 0, false},
		{"other operation", fault.Gone, fault.Concat, 0, 0, false},
		{"other fault", fault.Auth, fault.Head, 0, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			wait, again := retry.AwaitNewUpload(&fault.Fault{Kind: c.kind, Op: c.op}, c.age)
			if wait != c.wait || again != c.again {
				t.Errorf("got %v, %v, want %v, %v", wait, again, c.wait, c.again)
			}
		})
	}
}

// TestAwaitNewUploadAsksFiveTimes asks again after each wait, with responses that take a
// while.
func TestAwaitNewUploadAsksFiveTimes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		age, asked := time.Duration(rapid.Int64Range(0, int64(31*time.Second)).Draw(t, "first response")), 0
		for {
			wait, again := retry.AwaitNewUpload(&fault.Fault{Kind: fault.Gone, Op: fault.Head}, age)
			if !again {
				break
			}
			asked++
			age += wait + time.Duration(rapid.Int64Range(0, int64(5*time.Second)).Draw(t, "response"))
		}
		if asked > 5 || age < 30*time.Second {
			t.Fatalf("asked again %d times, up to an age of %v", asked, age)
		}
	})
}
