from django import template

from integrations.clients.reference import optin_label

register = template.Library()
register.filter("optin_label", optin_label)
