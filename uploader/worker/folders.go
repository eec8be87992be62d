package worker

import (
	"context"
	"net/http"
	"strings"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// folders are the folders below a server's endpoint that exist, as far as this run knows.
type folders struct {
	making chan struct{} // a lock for made that can be awaited with a context
	made   map[string]bool
}

func newFolders() *folders { return &folders{making: make(chan struct{}, 1), made: map[string]bool{}} }

// lock locks f, or fails with ctx's error.
func (f *folders) lock(ctx context.Context) error {
	select {
	case f.making <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (f *folders) unlock() { <-f.making }

// uploadPath returns the segments of the path below the endpoint at which the upload of a
// transfer is created; nil for the endpoint itself. Folder is that of the batch.
func (r *Remote) uploadPath(t *uploader.Transfer, folder string) []string {
	options := r.Server.Options
	template := options.UploadPath
	if template == "" && options.Folders == uploader.FoldersByMKCOL {
		template = "{" + uploader.PlaceholderDir + "}"
	}
	if template == "" {
		return nil
	}
	path := uploader.Fill(template, t.PlaceholdersIn(folder, options.Folders))
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// makeFolders creates the folder with a path below the endpoint, and those that contain
// it, unless this run has done so.
func (r *Remote) makeFolders(ctx context.Context, path []string) error {
	maker, ok := r.protocol.(uploader.FolderMaker)
	if !ok || r.Server.Options.Folders != uploader.FoldersByMKCOL {
		return nil
	}
	if err := r.folders.lock(ctx); err != nil {
		return err
	}
	defer r.folders.unlock()
	for i := range path {
		folder := strings.Join(path[:i+1], "/")
		if r.folders.made[folder] {
			continue
		}
		if err := maker.MakeFolder(ctx, path[:i+1]); err != nil {
			return err
		}
		r.folders.made[folder] = true
	}
	return nil
}

// forgetFolders makes the next makeFolders create every folder again.
func (r *Remote) forgetFolders(ctx context.Context) error {
	if err := r.folders.lock(ctx); err != nil {
		return err
	}
	defer r.folders.unlock()
	clear(r.folders.made)
	return nil
}

// inFolder calls create with the path at which the upload of a transfer is created, after
// it has made the folders. If the server no longer has them they are made once more. Folder is
// that of the batch.
func (r *Remote) inFolder(ctx context.Context, t *uploader.Transfer, folder string, create func(path []string) error) error {
	path := r.uploadPath(t, folder)
	if err := r.makeFolders(ctx, path); err != nil {
		return err
	}
	err := create(path)
	if !r.isFolderMissing(err) {
		return err
	}
	if err := r.forgetFolders(ctx); err != nil {
		return err
	}
	if err := r.makeFolders(ctx, path); err != nil {
		return err
	}
	if err = create(path); r.isFolderMissing(err) {
		missing := *fault.Of(err)
		missing.Kind, missing.Code = fault.Refused, fault.CodeFolderMissing
		return &missing
	}
	return err
}

// isFolderMissing reports whether a server that stores files in folders refused to create
// an upload because it does not have the folder.
func (r *Remote) isFolderMissing(err error) bool {
	f := fault.Of(err)
	return f != nil && r.Server.Options.Folders == uploader.FoldersByMKCOL && f.Op == fault.Create &&
		f.Status == http.StatusPreconditionFailed
}
