package worker

import (
	"context"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/lifecycle"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/tus"
)

// partSender sends one part on its own goroutine.
type partSender struct {
	record  *record // only what any goroutine may use
	remote  *Remote
	patcher *patcher
	file    source.OpenFile
	part    uploader.Part
	section *section
	counter *partCounter
	stale   bool // the server may have more of the part than part.Offset
}

func (c *concatenation) newPartSender(part uploader.Part) *partSender {
	counter := &partCounter{counters: c.counters, start: part.Start}
	counter.at.Store(part.Offset)
	return &partSender{
		record: c.record, remote: c.remote, patcher: c.patcher, file: c.file.handle, part: part, section: c.file.sections[part.Index], counter: counter,
	}
}

func (s *partSender) run(ctx context.Context) error {
	if s.stale {
		if err := s.remote.queryPart(ctx, s.record, &s.part); err != nil {
			return err
		}
		s.counter.set(s.part.Offset)
	}
	if s.part.URL == "" {
		if err := s.create(ctx); err != nil {
			return err
		}
	}
	s.section.gate.begin(s.part.Start + s.part.Offset)
	defer s.section.gate.end()
	for fruitless := 0; s.part.Offset < s.part.Length; {
		before := s.part.Offset
		poor, err := s.sendNext(ctx)
		if err != nil {
			return err
		}
		if fruitless++; s.part.Offset > before && !poor {
			fruitless = 0
		} else if fruitless >= maxFruitless {
			return unacknowledged(fruitless, s.part.Offset)
		}
	}
	return nil
}

func (s *partSender) create(ctx context.Context) error {
	graceful, end := withGracePeriod(ctx)
	defer end()
	upload, err := s.remote.protocol.Create(graceful, tus.CreateRequest{Size: s.part.Length, Partial: true})
	if err != nil {
		return err
	}
	s.part.URL, s.part.Offset, s.part.Expires, s.part.Unconfirmed = upload.URL, 0, upload.Expires, createdNow()
	return s.record.save(ctx, s.record.id, lifecycle.PartChanged{Part: s.part})
}

// sendNext sends the next bytes of the part in one request. It reports whether that
// counts as a failed attempt.
func (s *partSender) sendNext(ctx context.Context) (poor bool, err error) {
	status, err := s.patcher.patch(ctx, s.file, remainder{
		url: s.part.URL, offset: s.part.Offset, start: s.part.Start, length: s.part.Length, section: s.section, counter: s.counter,
	})
	if err != nil {
		return false, notVisible(err, s.part.Unconfirmed)
	}
	if status.Offset > s.part.Length {
		return false, SizeMismatch(status.Offset, s.part.Length)
	}
	poor = s.record.acknowledgePart(&s.part, status.Offset)
	s.counter.set(status.Offset)
	s.record.emit(s.record.id, lifecycle.PartChanged{Part: s.part})
	return poor, nil
}
