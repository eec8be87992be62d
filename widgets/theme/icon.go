package theme

import (
	"embed"
	"image/color"
	"path"
	"strings"
	"sync"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

//go:generate go run ./internal/outline icons/src icons

//go:embed icons/*.svg
var iconFiles embed.FS

// IconName is the name of an icon. All icons are drawn on a grid of 24 by 24 units
// with the same line width.
type IconName string

// The icons.
const (
	// Files.
	IconFile       IconName = "file"
	IconDocument   IconName = "document"
	IconImage      IconName = "image"
	IconVideo      IconName = "video"
	IconAudio      IconName = "audio"
	IconArchive    IconName = "archive"
	IconCode       IconName = "code"
	IconDisk       IconName = "disk"
	IconFolder     IconName = "folder"
	IconFolderOpen IconName = "folder-open"
	IconFolderAdd  IconName = "folder-add"

	// Actions.
	IconAdd      IconName = "add"
	IconPause    IconName = "pause"
	IconResume   IconName = "resume"
	IconCancel   IconName = "cancel"
	IconRetry    IconName = "retry"
	IconUndo     IconName = "undo"
	IconRemove   IconName = "remove"
	IconLink     IconName = "link"
	IconCopy     IconName = "copy"
	IconSettings IconName = "settings"
	IconSearch   IconName = "search"
	IconSort     IconName = "sort"
	IconMore     IconName = "more"
	IconDetails  IconName = "details"
	IconKey      IconName = "key"
	IconLock     IconName = "lock"
	IconView     IconName = "view"
	IconQuit     IconName = "quit"
	IconTop      IconName = "top"
	IconUp       IconName = "up"
	IconDown     IconName = "down"
	IconBottom   IconName = "bottom"

	// States.
	IconWaiting   IconName = "waiting"
	IconPreparing IconName = "preparing"
	IconUploading IconName = "uploading"
	IconChecking  IconName = "checking"
	IconPaused    IconName = "paused"
	IconOffline   IconName = "offline"
	IconOnline    IconName = "online"
	IconClock     IconName = "clock"
	IconBusy      IconName = "busy"
	IconChanged   IconName = "changed"
	IconMissing   IconName = "missing"
	IconExpired   IconName = "expired"
	IconError     IconName = "error"
	IconWarning   IconName = "warning"
	IconDone      IconName = "done"
	IconCheck     IconName = "check"
	IconInfo      IconName = "info"
	IconHelp      IconName = "help"

	// Devices and settings.
	IconServer     IconName = "server"
	IconComputer   IconName = "computer"
	IconGlobe      IconName = "globe"
	IconBell       IconName = "bell"
	IconSpeed      IconName = "speed"
	IconData       IconName = "data"
	IconAppearance IconName = "appearance"
	IconKeyboard   IconName = "keyboard"

	// Directions.
	IconChevronUp    IconName = "chevron-up"
	IconChevronDown  IconName = "chevron-down"
	IconChevronLeft  IconName = "chevron-left"
	IconChevronRight IconName = "chevron-right"
)

// fyneIcons are Ferry's versions of icons of Fyne, which Fyne's own widgets use.
var fyneIcons = map[fyne.ThemeIconName]IconName{
	fynetheme.IconNameCancel:         IconCancel,
	fynetheme.IconNameWindowClose:    IconCancel,
	fynetheme.IconNameConfirm:        IconCheck,
	fynetheme.IconNameDelete:         IconRemove,
	fynetheme.IconNameSearch:         IconSearch,
	fynetheme.IconNameSettings:       IconSettings,
	fynetheme.IconNameContentAdd:     IconAdd,
	fynetheme.IconNameContentCopy:    IconCopy,
	fynetheme.IconNameContentUndo:    IconUndo,
	fynetheme.IconNameFolder:         IconFolder,
	fynetheme.IconNameFolderOpen:     IconFolderOpen,
	fynetheme.IconNameFolderNew:      IconFolderAdd,
	fynetheme.IconNameFile:           IconFile,
	fynetheme.IconNameFileImage:      IconImage,
	fynetheme.IconNameFileVideo:      IconVideo,
	fynetheme.IconNameFileAudio:      IconAudio,
	fynetheme.IconNameFileText:       IconDocument,
	fynetheme.IconNameInfo:           IconInfo,
	fynetheme.IconNameQuestion:       IconHelp,
	fynetheme.IconNameWarning:        IconWarning,
	fynetheme.IconNameError:          IconError,
	fynetheme.IconNameViewRefresh:    IconRetry,
	fynetheme.IconNameMoreHorizontal: IconMore,
	fynetheme.IconNameArrowDropDown:  IconChevronDown,
	fynetheme.IconNameArrowDropUp:    IconChevronUp,
	fynetheme.IconNameNavigateBack:   IconChevronLeft,
	fynetheme.IconNameNavigateNext:   IconChevronRight,
	fynetheme.IconNameComputer:       IconComputer,
	fynetheme.IconNameStorage:        IconData,
	fynetheme.IconNameMoveUp:         IconUp,
	fynetheme.IconNameMoveDown:       IconDown,
	fynetheme.IconNameVisibility:     IconView,
}

// IconNames returns the names of all icons in alphabetical order.
func IconNames() []IconName {
	entries, err := iconFiles.ReadDir("icons")
	if err != nil {
		return nil // impossible: the directory is embedded
	}
	names := make([]IconName, len(entries))
	for i, entry := range entries {
		names[i] = IconName(strings.TrimSuffix(entry.Name(), ".svg"))
	}
	return names
}

// Icon returns an icon in the colour of text of the current theme.
func Icon(name IconName) fyne.Resource {
	return Tinted(name, ColorText)
}

// Tinted returns an icon in a colour of the current theme. For an unknown name it
// returns Fyne's broken image icon.
func Tinted(name IconName, tint fyne.ThemeColorName) fyne.Resource {
	svg, err := iconFiles.ReadFile(path.Join("icons", string(name)+".svg"))
	if err != nil {
		return fynetheme.BrokenImageIcon()
	}
	return &tintedIcon{fynetheme.NewColoredResource(fyne.NewStaticResource("ferry-"+string(name)+".svg", svg), tint)}
}

// tintedIcon is a themed resource of the toolkit that is given each colour once. The toolkit
// asks for the content whenever a control is drawn, and its own resource parses and writes
// the SVG each time.
type tintedIcon struct{ *fynetheme.ThemedResource }

// coloredIcons has the contents of icons by their coloredIcon.
var coloredIcons sync.Map

// coloredIcon is an icon in a colour.
type coloredIcon struct {
	name  string // of the resource, which also has the name of the colour
	color color.NRGBA
}

// Content returns the SVG in its colour of the current theme.
func (i *tintedIcon) Content() []byte {
	key := coloredIcon{i.Name(), color.NRGBAModel.Convert(Color(i.ThemeColorName())).(color.NRGBA)}
	if content, ok := coloredIcons.Load(key); ok {
		return content.([]byte)
	}
	content := i.ThemedResource.Content()
	coloredIcons.Store(key, content)
	return content
}
