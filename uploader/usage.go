package uploader

import "time"

// Usage is what was uploaded to one server on one day.
type Usage struct {
	Day     Day
	Server  ServerID      // may have been removed since
	Bytes   int64         // acknowledged by the server
	Files   int64         // finished
	Active  time.Duration // how long transfers were active, all together
	Resumes int64         // uploads that continued after what the server had already
}

// Day is a local date, as the number 20260301.
type Day int64

// DayOf returns the local date of a time.
func DayOf(at time.Time) Day {
	year, month, day := at.Local().Date()
	return Day(year*10_000 + int(month)*100 + day)
}

// SameMonth reports whether two days are in the same month.
func (d Day) SameMonth(other Day) bool { return d/100 == other/100 }

// UsageOf returns what changes add to the usage on a day, one entry for each server for
// which there is something. Transfers whose saved value is not certain add nothing, and
// neither does a transfer that starts over until more is acknowledged.
func UsageOf(changes Changes, day Day) []Usage {
	var all []Usage
	indexOf := map[ServerID]int{}
	for _, after := range changes.Transfers {
		before := changes.Before[after.ID]
		if before == nil {
			continue
		}
		u := Usage{Day: day, Server: after.Server, Active: max(0, after.ActiveTime-before.ActiveTime)}
		u.Bytes = max(0, after.Acknowledged()-before.Acknowledged())
		if after.Phase == PhaseDone && before.Phase != PhaseDone {
			u.Files = 1
		}
		for _, event := range changes.Events[after.ID] {
			if event.Kind == EventResumed && event.Offset > 0 {
				u.Resumes++
			}
		}
		if u.Bytes == 0 && u.Files == 0 && u.Active == 0 && u.Resumes == 0 {
			continue
		}
		i, known := indexOf[u.Server]
		if !known {
			indexOf[u.Server] = len(all)
			all = append(all, u)
			continue
		}
		all[i] = all[i].Plus(u)
	}
	return all
}

// Plus returns the sum of two values, with the day and the server of the first.
func (u Usage) Plus(other Usage) Usage {
	u.Bytes += other.Bytes
	u.Files += other.Files
	u.Active += other.Active
	u.Resumes += other.Resumes
	return u
}
