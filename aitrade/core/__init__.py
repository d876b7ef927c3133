"""What every room needs: errors, paths, files, tables and their rendering, SQL, the device."""
