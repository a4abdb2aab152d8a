"""False alarms: functions of real packages compared with themselves, where every difference that is found is none."""
