package receiver

import (
	"strconv"
	"testing"
	"time"
)

func TestRetention(t *testing.T) {
	now := time.Now()
	t.Run("expired record", func(t *testing.T) {
		var r retention
		if expired := r.push(record{id: "old", finished: now.Add(-maxRecordAge - time.Minute)}); len(expired) != 1 || expired[0].id != "old" {
			t.Errorf("expired records %v", expired)
		}
		if expired := r.push(record{id: "new", finished: now}); len(expired) != 0 {
			t.Errorf("expired records %v", expired)
		}
	})
	t.Run("too many records", func(t *testing.T) {
		var r retention
		for i := range maxRecords {
			if expired := r.push(record{id: strconv.Itoa(i), finished: now}); len(expired) != 0 {
				t.Fatalf("%d: expired records %v", i, expired)
			}
		}
		if expired := r.push(record{id: "last", finished: now}); len(expired) != 1 || expired[0].id != "0" {
			t.Errorf("expired records %v", expired)
		}
	})
	t.Run("records added out of order", func(t *testing.T) {
		var r retention
		for i := range maxRecords {
			r.push(record{id: strconv.Itoa(i), finished: now.Add(-time.Duration(i) * time.Second)})
		}
		if expired := r.push(record{id: "last", finished: now}); len(expired) != 1 || expired[0].id != strconv.Itoa(maxRecords-1) {
			t.Errorf("expired records %v", expired)
		}
	})
}
