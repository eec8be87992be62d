package preferences

import (
	"slices"
	"testing"

	"github.com/ferryapp/ferry/widgets/dialog"
)

func TestStatisticsPage(t *testing.T) {
	_, d := startAt(t, SectionStatistics)
	var names []string
	for _, row := range d.form.rows {
		if setting, ok := row.(*dialog.Setting); ok {
			names = append(names, setting.Name())
		}
	}
	if want := []string{"Today", "This month", "In all", "This computer"}; !slices.Equal(names, want) {
		t.Errorf("page shows %q, want %q", names, want)
	}
	if d.reset.Visible() {
		t.Error("statistics can be reset like settings")
	}
}
