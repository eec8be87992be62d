package main

import (
	_ "fyne.io/fyne/v2/app"
	_ "fyne.io/fyne/v2/test"
	_ "fyne.io/fyne/v2/widget"
	_ "github.com/adrg/xdg"
	_ "github.com/alecthomas/kong"
	_ "github.com/dustin/go-humanize"
	_ "github.com/glebarez/go-sqlite"
	_ "github.com/glebarez/sqlite"
	_ "github.com/godbus/dbus/v5"
	_ "github.com/gofrs/flock"
	_ "github.com/google/go-cmp/cmp"
	_ "github.com/ncruces/zenity"
	_ "github.com/rogpeppe/go-internal/testscript"
	_ "github.com/rymdport/portal/filechooser"
	_ "github.com/schollz/progressbar/v3"
	_ "github.com/tus/tusd/v2/pkg/filelocker"
	_ "github.com/tus/tusd/v2/pkg/filestore"
	_ "github.com/tus/tusd/v2/pkg/handler"
	_ "github.com/tus/tusd/v2/pkg/memorylocker"
	_ "github.com/zalando/go-keyring"
	_ "go.uber.org/goleak"
	_ "golang.org/x/sync/errgroup"
	_ "golang.org/x/sys/unix"
	_ "golang.org/x/time/rate"
	_ "gorm.io/gorm"
	_ "pgregory.net/rapid"
)

func main() {}
