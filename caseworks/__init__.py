"""The office: settings, organizations, staff, access, audit and code lists."""
