"""The Web API's methods, a module for each family, and the table that names them all."""
