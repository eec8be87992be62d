package receiver

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"time"
)

// expiryInterval is how often to look for expired uploads.
const expiryInterval = time.Hour

// expireUploads removes expired uploads at intervals until ctx ends.
func (r *Receiver) expireUploads(ctx context.Context) {
	if r.config.Expiry <= 0 {
		return
	}
	ticker := time.NewTicker(expiryInterval)
	defer ticker.Stop()
	for {
		if err := r.expireNow(ctx, time.Now()); err != nil && ctx.Err() == nil {
			r.log.Warn("remove expired uploads failed", "err", err)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// expireNow removes the uploads that are expired at now.
func (r *Receiver) expireNow(ctx context.Context, now time.Time) error {
	s, err := r.acquire()
	if err != nil {
		return err
	}
	defer r.releaseStorage(s)
	ids, err := s.creations.store.idle(now.Add(-r.config.Expiry))
	errs := []error{err}
	for _, id := range ids {
		errs = append(errs, s.creations.expire(ctx, id, now.Add(-r.config.Expiry)))
	}
	return errors.Join(errs...)
}

// expire removes an unfinished upload if it is still idle once it is locked.
func (h *creationHandler) expire(ctx context.Context, id string, since time.Time) error {
	unlock, err := h.lock(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	if !h.store.isIdle(id, since) {
		return nil
	}
	h.store.log.Info("unfinished upload expired", "id", id)
	return h.store.remove(id, infoSuffix)
}

// idle returns the IDs of the unfinished uploads that have had no new byte since a time.
func (s *store) idle(since time.Time) ([]string, error) {
	dir, err := s.files.Root().Open(".")
	if err != nil {
		return nil, err
	}
	names, err := dir.Readdirnames(-1)
	if err := errors.Join(err, dir.Close()); err != nil {
		return nil, err
	}
	var ids []string
	for _, name := range names {
		if id, ok := strings.CutSuffix(name, infoSuffix); ok && validID(id) && s.isIdle(id, since) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// isIdle reports whether an upload is unfinished and neither its file nor its record has
// changed since a time.
func (s *store) isIdle(id string, since time.Time) bool {
	record, err := s.files.Root().Lstat(id + infoSuffix)
	if err != nil || record.ModTime().After(since) {
		return false
	}
	data, err := s.files.Root().Lstat(id)
	return errors.Is(err, fs.ErrNotExist) || err == nil && !data.ModTime().After(since)
}
