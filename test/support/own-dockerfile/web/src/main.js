console.log("tray")
