package app

import (
	"cmp"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// faultsTold is how many of the newest faults are worth reading.
const faultsTold = 20

// programDiagnostics is a Ferry as a whole for someone who is asked for help. It is
// in English, like the log. It holds no name of a file or server, and no secret.
// The patterns of names to pass over are counted: they may name things, too.
func programDiagnostics(version string, s settings.Settings, snapshot *uploader.Snapshot) string {
	var text strings.Builder
	line := func(name string, value any) { _, _ = fmt.Fprintf(&text, "%s: %v\n", name, value) }
	line("version", version)
	line("system", runtime.GOOS+"/"+runtime.GOARCH)
	line("processors", runtime.NumCPU())
	line("servers", len(snapshot.Servers))
	line("transfers", len(snapshot.Transfers))
	for _, state := range uploader.States() {
		if n := snapshot.Totals.Count[state]; n > 0 {
			line("  "+state.String(), n)
		}
	}
	line("left", snapshot.Totals.Left)
	line("rate", int64(snapshot.Totals.Rate))
	line("ignore patterns", len(s.Transfers.Ignore))
	s.Transfers.Ignore = nil
	if chosen, err := json.MarshalIndent(s, "", "  "); err == nil {
		line("settings", string(chosen))
	}
	if snapshot.Trouble != nil {
		line("trouble", bare(snapshot.Trouble))
	}
	for _, t := range newestFaults(snapshot.Transfers) {
		line(fmt.Sprintf("fault of transfer %d at server %d", t.ID, t.Server), bare(t.Fault))
	}
	return text.String()
}

// newestFaults are the transfers added last that have a fault.
func newestFaults(transfers []*uploader.Transfer) []*uploader.Transfer {
	var faulty []*uploader.Transfer
	for _, t := range transfers {
		if t.Fault != nil {
			faulty = append(faulty, t)
		}
	}
	slices.SortFunc(faulty, func(a, b *uploader.Transfer) int { return cmp.Compare(b.Added, a.Added) })
	return faulty[:min(len(faulty), faultsTold)]
}

// bare is a fault without its detail, in which names and addresses may stand.
func bare(f *fault.Fault) string {
	return fmt.Sprintf("%s, %s, status %d, code %q", f.Kind, f.Op, f.Status, f.Code)
}
