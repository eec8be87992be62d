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
	record  *record // only id, emit and save are used
	remote  *Remote
	patcher *patcher
	file    source.OpenFile
	part    uploader.Part
	counter *partCounter
	stale   bool // the server may have more of the part than part.Offset
}

func (c *concatenation) newPartSender(part uploader.Part) *partSender {
	counter := &partCounter{counters: c.counters, start: part.Start}
	counter.at.Store(part.Offset)
	return &partSender{record: c.record, remote: c.remote, patcher: c.patcher, file: c.file.handle, part: part, counter: counter}
}

func (s *partSender) run(ctx context.Context) error {
	if s.stale {
		if err := s.remote.queryPart(ctx, &s.part); err != nil {
			return err
		}
		s.counter.set(s.part.Offset)
	}
	if s.part.URL == "" {
		if err := s.create(ctx); err != nil {
			return err
		}
	}
	for fruitless := 0; s.part.Offset < s.part.Length; {
		before := s.part.Offset
		if err := s.sendNext(ctx); err != nil {
			return err
		}
		if fruitless++; s.part.Offset > before {
			fruitless = 0
		} else if fruitless >= maxFruitless {
			return unacknowledged(fruitless, before)
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
	s.part.URL, s.part.Offset, s.part.Expires = upload.URL, 0, upload.Expires
	return s.record.save(ctx, s.record.id, lifecycle.PartChanged{Part: s.part})
}

// sendNext sends the next bytes of the part in one request.
func (s *partSender) sendNext(ctx context.Context) error {
	status, err := s.patcher.patch(ctx, s.file, remainder{
		url: s.part.URL, offset: s.part.Offset, start: s.part.Start, length: s.part.Length, counter: s.counter,
	})
	if err != nil {
		return err
	}
	if status.Offset > s.part.Length {
		return SizeMismatch(status.Offset, s.part.Length)
	}
	s.part.Offset = status.Offset
	s.counter.set(status.Offset)
	s.record.emit(s.record.id, lifecycle.PartChanged{Part: s.part})
	return nil
}
