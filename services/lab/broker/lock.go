package broker

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/altostream/altostream/libs/service"
)

// lock creates the data folder and takes it for this process; the kernel gives it
// back when the file is closed or the process ends.
func lock(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, unusable(dir, err)
	}
	file, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, unusable(dir, err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return file, nil
	}
	file.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, fmt.Errorf("the data folder %s is in use by another lab; stop that one or choose another folder", dir)
	}
	return nil, fmt.Errorf("lock the data folder %s: %w", dir, err)
}

func unusable(dir string, err error) error {
	return service.Wrong("DATA_DIR", dir, "is no folder that can be written to: "+err.Error(), "./data")
}
