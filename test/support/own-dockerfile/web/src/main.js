console.log('tray')
